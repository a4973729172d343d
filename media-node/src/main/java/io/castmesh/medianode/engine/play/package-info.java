/**
 * Players: sources whose packets come out of a file. The file is read ahead on threads of its own;
 * on the engine's loop its frames are cut into packets and sent when their time has come.
 */
package io.castmesh.medianode.engine.play;
