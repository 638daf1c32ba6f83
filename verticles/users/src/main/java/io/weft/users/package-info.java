/** The service users: accounts and their credit. */
@NullMarked
package io.weft.users;

import org.jspecify.annotations.NullMarked;
