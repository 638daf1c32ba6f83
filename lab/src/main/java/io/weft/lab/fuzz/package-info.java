/** Targets of the coverage-guided fuzzer that {@code scripts/fuzz.sh} runs. */
@NullMarked
package io.weft.lab.fuzz;

import org.jspecify.annotations.NullMarked;
