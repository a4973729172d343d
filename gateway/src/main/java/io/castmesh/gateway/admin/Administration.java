package io.castmesh.gateway.admin;

import io.castmesh.gateway.account.AccountService;
import io.castmesh.gateway.moderation.SanctionStore;
import io.castmesh.gateway.moderation.Sanctions;
import io.castmesh.gateway.moderation.Silencer;
import io.castmesh.runtime.Mesh;

/** The parts of administration, put together: for the verticle and the HTTP door. */
public record Administration(
    Admins admins,
    AdminLog actions,
    People people,
    Moderator moderator,
    Sanctions sanctions,
    SanctionStore store,
    History history) {

  public static Administration of(
      Mesh mesh,
      AccountService accounts,
      SanctionStore store,
      Sanctions sanctions,
      Silencer silencer) {
    AdminLog actions = new AdminLog(mesh.mysql());
    return new Administration(
        new Admins(mesh.mysql()),
        actions,
        new People(mesh.mysql(), mesh.bus()),
        new Moderator(mesh.mysql(), mesh.bus(), accounts, store, sanctions, silencer, actions),
        sanctions,
        store,
        new History(mesh));
  }
}
