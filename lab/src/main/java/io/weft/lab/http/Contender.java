package io.weft.lab.http;

import java.util.function.Supplier;

/**
 * One system and one protocol that are measured.
 *
 * @param system the system's name
 * @param protocol what it is asked over
 * @param measure measures it once; blocks
 */
record Contender(String system, String protocol, Supplier<Measured> measure) {}
