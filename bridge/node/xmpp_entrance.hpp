// Who may have a session through XMPP: our XMPP server has said who the user is, and the account decides
// whether that is enough (docs/protocol.md, 7).
#pragma once

#include "bridge/node/services.hpp"
#include "bridge/peer_link.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {

/// 403 for a name that no account may have, for a shared mailbox, for an account with a password that has not
/// set XMPP=ON, and where there is no account, unless NewAccounts::made: then it is on stable storage before
/// `done`. Whoever has an account is let in on a full disk, too: nothing is written for him.
void admit_user(const NodeServices& services, AdmitUser request, Callback<AccountId> done);

}  // namespace immp::bridge
