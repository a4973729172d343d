/**
 * What is done once while images are built: each service runs for a moment, so that its virtual
 * machine writes down what it loads and links at a start. A start with that takes less than half of
 * the work. Owns nothing afterwards; no service needs it.
 */
package io.castmesh.standalone.image;
