#include "bridge/node/absence.hpp"

#include "bridge/mail/settings.hpp"
#include "bridge/mail/vacation.hpp"
#include "bridge/node/notices.hpp"
#include "bridge/node/preferences.hpp"
#include "bridge/node/queueing.hpp"

namespace immp::bridge {
namespace {

/// Whether the sender's turn has come: not answered in the period, and the account not busy answering.
Result<bool> is_due(Transaction& transaction, AccountId account, const std::string& sender, Time now) {
    auto days = setting_of(transaction, account, kVacationDaysSetting);
    if (!days) return std::unexpected(std::move(days.error()));
    auto last = transaction.preferences().answered(account, sender);
    if (!last) return std::unexpected(std::move(last.error()));
    if (*last && **last + setting_days(*days).value_or(std::chrono::days(7)) > now) return false;
    auto today = transaction.preferences().answers_since(account, now - std::chrono::days(1));
    if (!today) return std::unexpected(std::move(today.error()));
    return *today < kMaxAnswersADay;
}

}  // namespace

Result<void> answer_if_away(Transaction& transaction, const DropContext& context, AccountId account,
                            const Imid& recipient, const Message& message) {
    const Time now = context.now;
    auto text = transaction.preferences().get(account, kVacationSetting);
    if (!text) return std::unexpected(std::move(text.error()));
    if (!*text || !may_be_answered(message, recipient.account())) return {};
    const auto sender = parse_imid(message.envelope.from);
    auto due = is_due(transaction, account, sender->account(), now);
    if (!due) return std::unexpected(std::move(due.error()));
    if (!*due) return {};
    if (auto noted = transaction.preferences().note_answer(account, sender->account(), now); !noted)
        return noted;
    Notice answer =
        vacation_answer(message.envelope, recipient.account(), std::move(**text), context.uuid(), now);
    if (auto settled = settle_notice(transaction, answer, now); !settled) return settled;
    MailDrop drop(transaction, answer.message, context);
    if (sender->domain != recipient.domain) {
        auto stored = drop.stored();
        if (!stored) return std::unexpected(std::move(stored.error()));
        const auto octets = travelling_octets(answer.message, *sender);
        if (!octets) return std::unexpected(octets.error());
        return queue_mail(transaction, *stored, *octets, "", *sender, now);
    }
    auto dropped = drop.drop(*sender);
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    return {};
}

}  // namespace immp::bridge
