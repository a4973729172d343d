package io.castmesh.room.audience;

import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;

/** Who gave the live, and where to tell of viewers. Kept in Redis as JSON. */
record Presenter(SessionRef session, User user) {}
