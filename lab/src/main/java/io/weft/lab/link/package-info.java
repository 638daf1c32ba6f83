/** What a call between two sites costs, beside a bare WebSocket between them. */
@NullMarked
package io.weft.lab.link;

import org.jspecify.annotations.NullMarked;
