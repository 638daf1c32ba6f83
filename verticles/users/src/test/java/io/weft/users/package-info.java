/** The tests of users, on a real PostgreSQL and through the mesh. */
@NullMarked
package io.weft.users;

import org.jspecify.annotations.NullMarked;
