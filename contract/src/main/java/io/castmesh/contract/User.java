package io.castmesh.contract;

/**
 * A person as others see them.
 *
 * @param avatar a URL path
 */
public record User(String id, String nickname, String avatar) {}
