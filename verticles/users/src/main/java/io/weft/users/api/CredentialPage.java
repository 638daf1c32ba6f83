package io.weft.users.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of credentials, oldest first, revoked ones too.
 *
 * @param items the credentials, without their secrets
 * @param next the cursor of the next page, or null when there is none
 */
public record CredentialPage(
    List<Credential> items, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String next) {}
