#include "bridge/node/receipt_book.hpp"

#include <algorithm>
#include <array>

#include "bridge/mail/notice.hpp"
#include "bridge/node/feed_outcome.hpp"
#include "bridge/node/node_words.hpp"
#include "bridge/node/notices.hpp"
#include "bridge/wire/codes.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {
namespace {

/// Decisions, 7: only these, without `retry=`, end a message that is not through.
constexpr std::array kFinalCodes = {410, 413, 451, 452, 454, 455};

std::vector<std::uint32_t> recipients_by_item(const std::vector<OutboxRow>& rows) {
    std::vector<std::uint32_t> counts;
    for (const OutboxRow& row : rows) {
        if (row.item >= counts.size()) counts.resize(row.item + 1);
        ++counts[row.item];
    }
    return counts;
}

Result<void> put_off(Transaction& transaction, const NodeServices& services, const OutboxRow& row,
                     RetryCause cause, std::chrono::seconds at_least, const std::string& why) {
    const auto pause =
        std::chrono::ceil<std::chrono::seconds>(retry_pause(cause, row.attempts + 1, services.chance()));
    return transaction.outbox().reschedule(row.id, services.now() + std::max(pause, at_least), why);
}

Result<Undelivered> undelivered(Transaction& transaction, const NodeServices& services, const OutboxRow& row,
                                int code, const std::string& cause) {
    auto message = transaction.mailboxes().message(row.message);
    if (!message) return std::unexpected(std::move(message.error()));
    if (!*message) return fail(702, "Storage failed", "an outbox row without its message");
    auto language = language_of(transaction, row.sender);
    if (!language) return std::unexpected(std::move(language.error()));
    return Undelivered{row.sender,           services.domain,      {row.recipient, code, cause},
                       (*message)->envelope, std::move(*language), row.queued};
}

/// Taken, or there already (decisions, 2).
bool is_success(const armor::Outcome& outcome) {
    return outcome.code < 300 || (outcome.code == 409 && !outcome.retry);
}

/// The row is through, or given up.
Result<void> finish(Transaction& transaction, const NodeServices& services, const OutboxRow& row) {
    auto done = transaction.outbox().finish(row.id);
    if (!done || row.token.empty()) return done;
    const auto feed = parse_imid(row.recipient);
    if (!feed) return std::unexpected(feed.error());
    return catch_up(transaction, services, row.destination, feed->local);
}

/// A push whose time was over when it came: nobody wants to hear of it.
Result<bool> ends_quietly(Transaction& transaction, const OutboxRow& row, int code) {
    if (code != 410) return false;
    const auto message = transaction.mailboxes().message(row.message);
    if (!message) return std::unexpected(message.error());
    return *message && (*message)->envelope.kind == Kind::push;
}

Result<void> book_outcome(Transaction& transaction, const NodeServices& services, const OutboxRow& row,
                          const armor::Outcome& outcome) {
    if (is_success(outcome)) return finish(transaction, services, row);
    const std::string cause(code_spec(outcome.code).text);
    const auto is_quiet = ends_quietly(transaction, row, outcome.code);
    if (!is_quiet) return std::unexpected(is_quiet.error());
    if (*is_quiet) return finish(transaction, services, row);
    const auto is_end = is_feed_end(transaction, row, outcome.code);
    if (!is_end) return std::unexpected(is_end.error());
    if (*is_end || is_final_refusal(outcome))
        return bounce_row(transaction, services, row, outcome.code, cause);
    return put_off(transaction, services, row, RetryCause::policy,
                   outcome.retry.value_or(std::chrono::seconds(0)),
                   std::to_string(outcome.code) + " " + cause);
}

/// A receipt may come twice at once, by itself and as an answer: the second finds nothing left to book.
Result<bool> is_under_way(Transaction& transaction, const std::string& bundle) {
    auto known = transaction.bundles().outgoing(bundle);
    if (!known) return std::unexpected(std::move(known.error()));
    return known->has_value();
}

}  // namespace

bool is_final_refusal(const armor::Outcome& outcome) {
    return !outcome.retry && std::ranges::find(kFinalCodes, outcome.code) != kFinalCodes.end();
}

Result<Done> book_receipt(Transaction& transaction, const NodeServices& services,
                          const OutgoingBundle& bundle, const armor::Receipt& receipt) {
    auto is_open = is_under_way(transaction, bundle.id);
    if (!is_open) return std::unexpected(std::move(is_open.error()));
    if (!*is_open) return Done{};
    auto rows = transaction.outbox().in_bundle(bundle.id);
    if (!rows) return std::unexpected(std::move(rows.error()));
    auto head = armor::parse_head(bundle.head);
    if (!head || !*head) return fail(702, "Storage failed", "a stored bundle head is damaged");
    const auto counts = recipients_by_item(*rows);
    auto outcomes = armor::open_answer(receipt.answer, bundle.content_key, (*head)->head.route, counts);
    if (!outcomes) return std::unexpected(std::move(outcomes.error()));
    for (const OutboxRow& row : *rows) {
        const auto told = std::ranges::find_if(*outcomes, [&](const armor::Outcome& outcome) {
            return outcome.item == row.item && outcome.recipient == row.recipient_no;
        });
        if (told == outcomes->end()) return fail(400, "The receipt leaves a recipient out");
        auto done = book_outcome(transaction, services, row, *told);
        if (!done) return std::unexpected(std::move(done.error()));
    }
    auto done = transaction.bundles().drop_outgoing(bundle.id);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

Result<Done> unbook(Transaction& transaction, const NodeServices& services, const std::string& bundle,
                    RetryCause cause, const std::string& why) {
    auto is_open = is_under_way(transaction, bundle);
    if (!is_open) return std::unexpected(std::move(is_open.error()));
    if (!*is_open) return Done{};
    auto rows = transaction.outbox().in_bundle(bundle);
    if (!rows) return std::unexpected(std::move(rows.error()));
    for (const OutboxRow& row : *rows) {
        auto done = put_off(transaction, services, row, cause, std::chrono::seconds(0), why);
        if (!done) return std::unexpected(std::move(done.error()));
    }
    auto done = transaction.bundles().drop_outgoing(bundle);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

Result<void> bounce_row(Transaction& transaction, const NodeServices& services, const OutboxRow& row,
                        int code, const std::string& cause) {
    const auto is_feed = end_feed_row(transaction, services, row, code);
    if (!is_feed) return std::unexpected(is_feed.error());
    if (*is_feed) return finish(transaction, services, row);
    auto what = undelivered(transaction, services, row, code, cause);
    if (!what) return std::unexpected(std::move(what.error()));
    auto filed = file_notice(transaction, row.sender, bounce(*what, services.uuid(), services.now()),
                             services.uuid, services.now());
    if (!filed) return filed;
    return finish(transaction, services, row);
}

Result<void> note_delay(Transaction& transaction, const NodeServices& services, const OutboxRow& row) {
    auto what = undelivered(transaction, services, row, 720,
                            row.last_error.empty() ? "not reached yet" : row.last_error);
    if (!what) return std::unexpected(std::move(what.error()));
    auto filed = file_notice(transaction, row.sender, delay_notice(*what, services.uuid(), services.now()),
                             services.uuid, services.now());
    if (!filed) return filed;
    return transaction.outbox().note_delay(row.id);
}

}  // namespace immp::bridge
