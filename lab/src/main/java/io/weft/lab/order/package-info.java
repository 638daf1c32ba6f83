/** Orders over HTTP, end to end and durable, beside what the same database does without a mesh. */
@NullMarked
package io.weft.lab.order;

import org.jspecify.annotations.NullMarked;
