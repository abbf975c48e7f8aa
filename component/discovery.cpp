#include "component/discovery.hpp"

#include <algorithm>
#include <utility>

#include "component/disco.hpp"
#include "component/jid.hpp"
#include "component/stanza_error.hpp"

namespace immp::component {
namespace {

using namespace std::chrono_literals;

/// Whoever is told of `retry` has spoken as that JID, and is then looked for again so soon.
std::unexpected<Error> no_component(const std::string& detail, std::chrono::seconds retry) {
    return fail_for_now(720, "the other domain has no IMMP component", retry, detail);
}

// What an answer of type `error` says; a failure to get one stays as it is.
std::unexpected<Error> unreachable(const Result<Stanza>& answer, const std::string& question) {
    if (!answer) return std::unexpected(answer.error());
    auto error = error_of(*answer);
    error.detail = question + ": " + error.detail;
    return std::unexpected(std::move(error));
}

}  // namespace

Discovery::Discovery(Asker& asker, World& world, std::map<std::string, std::string> overrides,
                     const DiscoveryPolicy& policy)
    : asker_(asker), world_(world), overrides_(std::move(overrides)), policy_(policy) {}

std::optional<std::string> Discovery::domain_claimed(std::string_view from) const {
    const auto row = std::ranges::find(overrides_, from, [](const auto& pair) { return pair.second; });
    if (row != overrides_.end()) return row->first;
    auto domain = domain_of_component(from);
    if (domain && overrides_.contains(*domain)) return std::nullopt;
    return domain;
}

void Discovery::find(const std::string& domain, Found done) {
    if (const auto row = overrides_.find(domain); row != overrides_.end()) return done(row->second);
    make_room();
    const auto known = entries_.find(domain);
    const bool is_judged = known != entries_.end() && known->second.verdict.has_value();
    if (is_judged && world_.now() < known->second.until) {
        auto verdict = *known->second.verdict;
        return done(std::move(verdict));
    }
    const bool under_way = known != entries_.end() && !is_judged;
    // Before anything is kept of it: names that somebody makes up cost nothing.
    if (!under_way && lookups_ >= policy_.lookups)
        return done(fail_for_now(705, "too many domains are looked up", 5s));
    auto& entry = entries_[domain];
    entry.verdict.reset();
    entry.waiting.push_back(std::move(done));
    if (!under_way) look_up(domain);
}

void Discovery::make_room() {
    if (entries_.size() < policy_.entries) return;
    std::erase_if(entries_, [](const auto& row) { return row.second.verdict.has_value(); });
}

bool Discovery::says_none(const std::string& domain) const {
    const auto row = entries_.find(domain);
    const bool is_judged = row != entries_.end() && row->second.verdict.has_value();
    return is_judged && !row->second.verdict->has_value() && world_.now() < row->second.until;
}

void Discovery::forget(const std::string& domain) {
    const auto row = entries_.find(domain);
    if (row != entries_.end() && row->second.verdict) entries_.erase(row);
}

void Discovery::reconsider(const std::string& domain) {
    const auto row = entries_.find(domain);
    if (row == entries_.end() || !row->second.verdict || row->second.verdict->has_value()) return;
    const auto since = row->second.until - policy_.refused_for;
    if (world_.now() - since >= policy_.doubtful_after) entries_.erase(row);
}

void Discovery::look_up(const std::string& domain) {
    ++lookups_;
    asker_.ask({.to = domain, .payload = items_query(), .patience = policy_.patience},
               [this, domain](Result<Stanza> answer) { read_items(domain, std::move(answer)); });
}

void Discovery::read_items(const std::string& domain, Result<Stanza> answer) {
    const auto jid = component_jid(domain);
    if (!answer || answer->head.type != "result")
        return settle(domain, unreachable(answer, "disco#items of " + domain), 0s);
    if (!lists(*answer, jid))
        return settle(domain, no_component(domain + " does not list " + jid, policy_.doubtful_after),
                      policy_.refused_for);
    asker_.ask({.to = jid, .payload = info_query(), .patience = policy_.patience},
               [this, domain](Result<Stanza> info) { read_info(domain, std::move(info)); });
}

void Discovery::read_info(const std::string& domain, Result<Stanza> answer) {
    const auto jid = component_jid(domain);
    if (!answer || answer->head.type != "result")
        return settle(domain, unreachable(answer, "disco#info of " + jid), 0s);
    if (!speaks_immp(*answer))
        return settle(domain, no_component(jid + " has no feature urn:immp:1", policy_.doubtful_after),
                      policy_.refused_for);
    settle(domain, jid, policy_.found_for);
}

void Discovery::settle(const std::string& domain, Result<std::string> verdict, std::chrono::seconds kept) {
    --lookups_;
    const auto row = entries_.find(domain);
    auto waiting = std::exchange(row->second.waiting, {});
    if (!verdict)
        world_.log(bridge::LogLevel::info,
                   "link: " + domain + ": " + verdict.error().text + " (" + verdict.error().detail + ")");
    if (kept > 0s) {
        row->second.verdict = verdict;
        row->second.until = world_.now() + kept;
    } else {
        entries_.erase(row);
    }
    for (auto& done : waiting)
        done(verdict);
}

}  // namespace immp::component
