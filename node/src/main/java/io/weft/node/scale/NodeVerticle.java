package io.weft.node.scale;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.mesh.Mesh;

/** The node's own instance on the mesh: serves what other nodes ask of this one. */
public final class NodeVerticle extends VerticleBase {
  private final Mesh mesh;
  private final Deployments deployments;

  /** Creates the instance over the node's deployments. */
  public NodeVerticle(Mesh mesh, Deployments deployments) {
    this.mesh = mesh;
    this.deployments = deployments;
  }

  @Override
  public Future<?> start() {
    return mesh.serve(
        NodeScale.SCALE, request -> deployments.set(request.service(), request.instances()));
  }
}
