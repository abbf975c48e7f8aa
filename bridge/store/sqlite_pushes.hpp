#pragma once

#include "bridge/store/pushes.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

/// Of account, digest, folder. CROSS: the few with this digest first; without it SQLite asks each unread
/// reference of the folder for its note (4.4 ms with 20,000 of them).
inline constexpr std::string_view kRepeatedSql =
    "SELECT r.uuid, n.repeats FROM push_notes n CROSS JOIN refs r ON r.message = n.message "
    "AND r.account = n.account WHERE n.account = ? AND n.digest = ? AND r.folder = ? "
    "AND r.is_read = 0 AND r.is_flagged = 0 ORDER BY r.id DESC LIMIT 1";

class SqlitePushes final : public Pushes {
  public:
    explicit SqlitePushes(Database& connection) : db_(connection) {}

    Result<std::optional<PushStanding>> standing(AccountId account, std::string_view source) override;
    Result<void> set_standing(AccountId account, std::string_view source, PushStanding standing,
                              Time now) override;
    Result<bool> end_standing(AccountId account, std::string_view source) override;
    Result<std::vector<Source>> sources(AccountId account) override;
    Result<void> add_token(AccountId account, const StoredToken& token, Time now) override;
    Result<std::optional<PushTokenId>> find_token(AccountId account, const armor::Digest& hash,
                                                  std::string_view publisher, Time now) override;
    Result<void> use_token(PushTokenId token) override;
    Result<void> wait(AccountId account, const WaitingPush& push) override;
    Result<std::vector<WaitingPush>> waiting(AccountId account, std::string_view source) override;
    Result<void> end_waiting(AccountId account, std::string_view source) override;
    Result<void> end_waiting(MessageId message) override;
    Result<std::optional<RepeatedPush>> repeated(AccountId account, FolderId folder,
                                                 const armor::Digest& digest) override;
    Result<std::optional<PushNote>> note(AccountId account, MessageId message) override;
    Result<void> keep_note(AccountId account, MessageId message, const armor::Digest& digest,
                           std::uint32_t repeats, Time expires) override;
    Result<void> note_answer(AccountId account, MessageId message, std::string_view answer) override;
    Result<void> keep_sent(AccountId account, const SentPush& push) override;
    Result<bool> awaits_answer(AccountId account, std::string_view uuid, std::string_view recipient,
                               std::string_view label, Time now) override;
    Result<void> end_sent(AccountId account, std::string_view uuid) override;
    Result<std::vector<OutboxId>> expired_rows(Time now, std::uint32_t most) override;
    Result<std::uint64_t> forget_expired(Time now) override;

  private:
    Result<std::uint64_t> take_out_expired(Time now);

    Database& db_;
};

}  // namespace immp::bridge
