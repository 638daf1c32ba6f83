/** The gateway beside nginx and haproxy, in front of the same lookup. */
@NullMarked
package io.weft.lab.http;

import org.jspecify.annotations.NullMarked;
