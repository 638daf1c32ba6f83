/** Shows how far what the planner predicts is from what is then measured. */
@NullMarked
package io.weft.lab.plan;

import org.jspecify.annotations.NullMarked;
