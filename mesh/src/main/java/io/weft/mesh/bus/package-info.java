/**
 * The mesh over the clustered event bus: lanes, cluster wiring. Nothing else touches the event bus
 * or Hazelcast.
 */
@NullMarked
package io.weft.mesh.bus;

import org.jspecify.annotations.NullMarked;
