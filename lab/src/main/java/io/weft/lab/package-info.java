/** What every benchmark of the lab is made of: small records, results, exit codes. */
@NullMarked
package io.weft.lab;

import org.jspecify.annotations.NullMarked;
