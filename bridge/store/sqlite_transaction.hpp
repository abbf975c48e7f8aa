// All tables over one connection: what works are given.
#pragma once

#include "bridge/store/sqlite_accounts.hpp"
#include "bridge/store/sqlite_blocks.hpp"
#include "bridge/store/sqlite_bodies.hpp"
#include "bridge/store/sqlite_bundles.hpp"
#include "bridge/store/sqlite_feeds.hpp"
#include "bridge/store/sqlite_folders.hpp"
#include "bridge/store/sqlite_keys.hpp"
#include "bridge/store/sqlite_leases.hpp"
#include "bridge/store/sqlite_mailboxes.hpp"
#include "bridge/store/sqlite_nodes.hpp"
#include "bridge/store/sqlite_outbox.hpp"
#include "bridge/store/sqlite_preferences.hpp"
#include "bridge/store/sqlite_pushes.hpp"
#include "bridge/store/sqlite_quotas.hpp"
#include "bridge/store/sqlite_references.hpp"
#include "bridge/store/sqlite_rules.hpp"
#include "bridge/store/sqlite_shares.hpp"
#include "bridge/store/sqlite_texts.hpp"
#include "bridge/store/sqlite_user_keys.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

class SqliteTransaction final : public Transaction {
  public:
    explicit SqliteTransaction(Database& connection)
        : accounts_(connection),
          mailboxes_(connection),
          bodies_(connection),
          outbox_(connection),
          bundles_(connection, bodies_),
          keys_(connection),
          folders_(connection, mailboxes_),
          references_(connection),
          leases_(connection),
          quotas_(connection),
          user_keys_(connection),
          preferences_(connection),
          blocks_(connection),
          rules_(connection),
          texts_(connection),
          shares_(connection, accounts_),
          pushes_(connection),
          nodes_(connection),
          feeds_(connection) {}

    Accounts& accounts() override { return accounts_; }
    Mailboxes& mailboxes() override { return mailboxes_; }
    Bodies& bodies() override { return bodies_; }
    Outbox& outbox() override { return outbox_; }
    Bundles& bundles() override { return bundles_; }
    Keys& keys() override { return keys_; }
    Folders& folders() override { return folders_; }
    References& references() override { return references_; }
    Leases& leases() override { return leases_; }
    Quotas& quotas() override { return quotas_; }
    UserKeys& user_keys() override { return user_keys_; }
    Preferences& preferences() override { return preferences_; }
    Blocks& blocks() override { return blocks_; }
    Rules& rules() override { return rules_; }
    Texts& texts() override { return texts_; }
    Shares& shares() override { return shares_; }
    Pushes& pushes() override { return pushes_; }
    Nodes& nodes() override { return nodes_; }
    Feeds& feeds() override { return feeds_; }

  private:
    SqliteAccounts accounts_;
    SqliteMailboxes mailboxes_;
    SqliteBodies bodies_;
    SqliteOutbox outbox_;
    SqliteBundles bundles_;
    SqliteKeys keys_;
    SqliteFolders folders_;
    SqliteReferences references_;
    SqliteLeases leases_;
    SqliteQuotas quotas_;
    SqliteUserKeys user_keys_;
    SqlitePreferences preferences_;
    SqliteBlocks blocks_;
    SqliteRules rules_;
    SqliteTexts texts_;
    SqliteShares shares_;
    SqlitePushes pushes_;
    SqliteNodes nodes_;
    SqliteFeeds feeds_;
};

}  // namespace immp::bridge
