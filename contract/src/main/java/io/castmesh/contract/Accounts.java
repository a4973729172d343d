package io.castmesh.contract;

/** People who have signed up: owned by the gateways. */
public final class Accounts {
  private Accounts() {}

  public static final Endpoint<ByNickname, User> FIND =
      Endpoint.of("accounts.find", ByNickname.class, User.class).asRepeatable();

  public record ByNickname(String nickname) {}
}
