/** What a call is, which changes it allows, and where calls are kept while they go on. */
package io.castmesh.call.state;
