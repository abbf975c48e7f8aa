#include "bridge/client/send_order.hpp"

#include <ostream>
#include <span>
#include <utility>

#include "armor/clock.hpp"
#include "armor/json_line.hpp"
#include "armor/key_chain.hpp"
#include "armor/random.hpp"
#include "bridge/client/display.hpp"
#include "bridge/mail/metadata.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kShownToBytes = kMaxMetadataBytes - 100;

/// Before anything is sent: who can read it on the way.
void tell(const Context& context, const SealPlan& plan) {
    if (context.format == Format::json) return;
    std::vector<std::string> sealed;
    for (const SealRecipient& recipient : plan.sealed)
        sealed.push_back(recipient.imid);
    if (!sealed.empty()) context.notes << "Sealed end to end to " << comma_list(sealed) << ".";
    if (!plan.plain.empty())
        context.notes << (sealed.empty() ? "" : " ")
                      << "Not sealed, since without a key: " << comma_list(plan.plain) << ".";
    context.notes << '\n' << std::flush;
}

/// The id of what goes unsealed beside a sealed message; the same in each try.
std::string plain_id(const std::string& id) {
    const armor::Digest digest = armor::hash("IMMP1 plain beside sealed", {id});
    return armor::uuid_from(std::span(digest).first<16>());
}

}  // namespace

Outcome<SendOrder> read_send_order(const Context& context, const Arguments& arguments) {
    const bool always = arguments.has("--sealed");
    if (always && arguments.has("--plain"))
        return failed(ExitStatus::usage, "say --sealed or --plain, not both");
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    SendOrder order{account->account, SealWish::as_they_can, {}};
    if (always) order.wish = SealWish::always;
    if (arguments.has("--plain")) order.wish = SealWish::never;
    if (arguments.has("--from")) {
        if (always)
            return failed(ExitStatus::usage,
                          "what goes in another name cannot be sealed: leave out --sealed or --from");
        order.wish = SealWish::never;  // a seal is its account's own
    }
    if (order.wish == SealWish::never) return order;
    auto ring = OwnKeys(context.folder).of(order.account);
    if (!ring) return std::unexpected(ring.error());
    order.ring = std::move(*ring);
    const OwnKey* const own = order.seals_with();
    if (own == nullptr && !order.ring.empty())
        return failed(
            ExitStatus::configuration,
            "your key is not published yet; first: immp key publish, or send it readable with --plain");
    if (own == nullptr && always) return std::unexpected(no_own_key(order.account));
    if (own != nullptr && !armor::in_force(own->record, armor::clock_now()))
        return failed(
            ExitStatus::configuration,
            "your key is over; make another with immp key rotate, or send it readable with --plain");
    return order;
}

Outcome<Submissions> submit_as_ordered(Context& context, Conversation& conversation, const SendOrder& order,
                                       Outgoing message) {
    if (order.seals_with() == nullptr) {
        auto submission = submit(conversation, message);
        if (!submission) return std::unexpected(submission.error());
        return Submissions{std::move(*submission)};
    }
    Pins pins(context.folder);
    const auto plan = plan_sealing(conversation, pins, order.account, message.recipients, order.wish);
    if (!plan) return std::unexpected(plan.error());
    tell(context, *plan);
    Submissions done;
    const bool mixed = !plan->sealed.empty() && !plan->plain.empty();
    // More names than metadata holds are left as they go: each message shows its own.
    if (mixed && armor::json_texts(message.recipients).size() <= kShownToBytes)
        message.shown_to = message.recipients;
    if (!plan->sealed.empty()) {
        auto sealed = submit_sealed(conversation, message, *plan, *order.seals_with());
        if (!sealed) return std::unexpected(sealed.error());
        sealed->sealed = true;
        done.push_back(std::move(*sealed));
    }
    if (plan->plain.empty()) return done;
    if (mixed) message.id = plain_id(message.id);
    message.recipients = plan->plain;
    auto plain = submit(conversation, message);
    if (!plain) {
        if (mixed) plain.error().text += " (the others have it, sealed)";
        return std::unexpected(plain.error());
    }
    done.push_back(std::move(*plain));
    return done;
}

}  // namespace immp::bridge::client
