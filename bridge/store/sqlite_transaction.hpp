// All tables over one connection: what works are given.
#pragma once

#include "bridge/store/sqlite_accounts.hpp"
#include "bridge/store/sqlite_blocks.hpp"
#include "bridge/store/sqlite_bodies.hpp"
#include "bridge/store/sqlite_bundles.hpp"
#include "bridge/store/sqlite_keys.hpp"
#include "bridge/store/sqlite_mailboxes.hpp"
#include "bridge/store/sqlite_outbox.hpp"
#include "bridge/store/sqlite_preferences.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

class SqliteTransaction final : public Transaction {
  public:
    explicit SqliteTransaction(Connection& connection)
        : accounts_(connection),
          mailboxes_(connection),
          bodies_(connection),
          outbox_(connection),
          bundles_(connection, bodies_),
          keys_(connection),
          preferences_(connection),
          blocks_(connection) {}

    Accounts& accounts() override { return accounts_; }
    Mailboxes& mailboxes() override { return mailboxes_; }
    Bodies& bodies() override { return bodies_; }
    Outbox& outbox() override { return outbox_; }
    Bundles& bundles() override { return bundles_; }
    Keys& keys() override { return keys_; }
    Preferences& preferences() override { return preferences_; }
    Blocks& blocks() override { return blocks_; }

  private:
    SqliteAccounts accounts_;
    SqliteMailboxes mailboxes_;
    SqliteBodies bodies_;
    SqliteOutbox outbox_;
    SqliteBundles bundles_;
    SqliteKeys keys_;
    SqlitePreferences preferences_;
    SqliteBlocks blocks_;
};

}  // namespace immp::bridge
