#include "bridge/node/filed_once.hpp"

#include "bridge/node/outcome.hpp"

namespace immp::bridge {

Result<FiledFor> file_once(Transaction& transaction, const NodeServices& services, const std::string& origin,
                           const Envelope& envelope, const std::string& recipient,
                           const armor::Digest& digest, const std::function<Result<FiledFor>()>& file) {
    auto before = transaction.mailboxes().delivered(origin, envelope.from, envelope.id, recipient);
    if (!before) return std::unexpected(std::move(before.error()));
    if (*before) return FiledFor{(*before)->digest == digest ? (*before)->code : 452, std::nullopt, true};
    if (const auto pause = services.domain_rate->take(origin, 1, services.now())) return FiledFor{429, pause};
    auto filed = file();
    if (!filed || filed->retry) return filed;
    auto recorded = transaction.mailboxes().record_delivered(origin, envelope.from, envelope.id, recipient,
                                                             {digest, filed->code}, services.now());
    if (!recorded) return std::unexpected(std::move(recorded.error()));
    return filed;
}

void note_filed(Filed& filed, const FiledFor& done) {
    filed.outcomes.push_back(
        outcome_of(static_cast<std::uint32_t>(filed.outcomes.size()), done.code, done.retry));
    if (done.is_repeat) ++filed.repeats;
}

Filed refused_whole(const IncomingMail& mail, int code) {
    Filed filed;
    for (std::size_t i = 0; i < mail.inner.recipients.size(); ++i)
        note_filed(filed, {code});
    return filed;
}

}  // namespace immp::bridge
