#include "bridge/node/node_people.hpp"

#include "bridge/node/item_filing.hpp"
#include "bridge/node/node_words.hpp"
#include "bridge/node/publishing.hpp"
#include "bridge/node/subscribing.hpp"

namespace immp::bridge {
namespace {

/// Who was known, or a new one of that name.
Result<NodePerson> person_of(Transaction& transaction, const NodeRow& node, const Imid& who) {
    auto known = transaction.nodes().person(node.id, who.text());
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known) return **std::move(known);
    return NodePerson{who.text(), who.domain, NodeAdmission::waiting, {}};
}

/// His domain is told; with the first who is admitted there it gets what was published before.
Result<void> tell_domain(Transaction& transaction, const NodeServices& services, const NodeRow& node,
                         const NodePerson& person, bool is_first) {
    const auto follower = transaction.nodes().follower(node.id, person.domain);
    if (!follower) return std::unexpected(follower.error());
    if (!*follower) return {};
    auto told = queue_word(transaction, services, node, **follower, {person});
    if (!told || !is_first) return told;
    return queue_items(transaction, services, node, **follower, 0);
}

}  // namespace

Result<NodePerson> note_asking(Transaction& transaction, const NodeRow& node, const Imid& who,
                               const std::string& subscription) {
    auto person = person_of(transaction, node, who);
    if (!person) return person;
    person->subscription = subscription;
    if (auto set = transaction.nodes().set_person(node.id, *person); !set)
        return std::unexpected(std::move(set.error()));
    return person;
}

Result<Done> decide_person(Transaction& transaction, const NodeServices& services,
                           const DecidePerson& request) {
    auto node = own_node(transaction, services, request.account, request.node);
    if (!node) return std::unexpected(std::move(node.error()));
    if (node->is_open) return fail(400, "This node is open: whoever asks may subscribe");
    if (const auto pause = services.wish_rate->take(request.account, 1, services.now()))
        return fail_for_now(429, "You decide too much; try again later", *pause);
    auto person = person_of(transaction, *node, request.person);
    if (!person) return std::unexpected(std::move(person.error()));
    const auto had_one = transaction.nodes().has_admitted(node->id, person->domain);
    if (!had_one) return std::unexpected(had_one.error());
    person->state = request.decision;
    if (auto set = transaction.nodes().set_person(node->id, *person); !set)
        return std::unexpected(std::move(set.error()));
    const auto version = transaction.nodes().raise_version(node->id, services.now());
    if (!version) return std::unexpected(version.error());
    node->version = *version;
    if (person->subscription.empty()) return Done{};
    const bool is_first = !*had_one && person->state == NodeAdmission::admitted;
    auto told = person->domain == services.domain
                    ? hear_decision(transaction, services, person->subscription, person->state, *version)
                    : tell_domain(transaction, services, *node, *person, is_first);
    if (!told) return std::unexpected(std::move(told.error()));
    return Done{};
}

}  // namespace immp::bridge
