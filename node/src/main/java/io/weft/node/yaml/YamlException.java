package io.weft.node.yaml;

/** Says in one line why a text is not read as YAML; it has no stack trace. */
public final class YamlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  YamlException(String line) {
    super(line, null, false, false);
  }

  YamlException(String line, Throwable cause) {
    super(line, cause, false, false);
  }
}
