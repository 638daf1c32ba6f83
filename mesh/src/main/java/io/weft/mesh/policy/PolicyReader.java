package io.weft.mesh.policy;

/** Makes policies of a document's text. */
@FunctionalInterface
public interface PolicyReader extends Epochs.Reader<Policies> {}
