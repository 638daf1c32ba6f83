package io.weft.mesh.wire;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.security.Principal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The principals that were read lately, by their text in a frame: those of one client come with
 * each of its calls, and to read one anew takes a dozen objects. At most {@link
 * MeshLimits#PRINCIPALS_KEPT_MAX}; the one longest unused makes room. For one event loop.
 */
public final class Principals {
  private final Map<String, Principal> read =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Principal> eldest) {
          return size() > MeshLimits.PRINCIPALS_KEPT_MAX;
        }
      };

  /** Returns the principal of a text; throws {@link FrameException} if it is none. */
  Principal of(String text) {
    var known = read.get(text);
    if (known == null) {
      known = parse(text);
      read.put(text, known);
    }
    return known;
  }

  private static Principal parse(String text) {
    int roles = text.indexOf(FrameFormat.PRINCIPAL_PARTS);
    int scopes = text.indexOf(FrameFormat.PRINCIPAL_PARTS, roles + 1);
    if (roles < 1 || scopes < 0) {
      throw new FrameException("a principal of other than three parts (expected: subject first)");
    }
    try {
      return new Principal(
          text.substring(0, roles),
          names(text, roles + 1, scopes),
          names(text, scopes + 1, text.length()));
    } catch (IllegalArgumentException e) {
      throw new FrameException("a principal: " + e.getMessage());
    }
  }

  /** Reads names, each of which a blank follows. */
  private static Set<String> names(String text, int from, int to) {
    var names = new HashSet<String>();
    for (int start = from; start < to; ) {
      int blank = text.indexOf(' ', start);
      if (blank < 0 || blank >= to || names.size() == MeshLimits.SCOPES_MAX) {
        throw new FrameException(
            "names of a principal (expected: at most "
                + MeshLimits.SCOPES_MAX
                + ", each with a blank after it)");
      }
      names.add(text.substring(start, blank));
      start = blank + 1;
    }
    return names;
  }
}
