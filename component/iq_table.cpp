#include "component/iq_table.hpp"

#include <utility>

namespace immp::component {

std::string IqTable::add(std::string expected, Time deadline, IqCallback done) {
    auto id = fresh_id_();
    waiting_.emplace(id, Waiting{std::move(expected), deadline, std::move(done)});
    return id;
}

IqTable::Match IqTable::take(Stanza stanza) {
    const auto found = waiting_.find(stanza.head.id);
    if (found == waiting_.end() || found->second.expected != stanza.head.from) return Match::unexpected;
    // Out of the table first: the callback may ask again, or end the table.
    auto done = std::move(found->second.done);
    waiting_.erase(found);
    done(std::move(stanza));
    return Match::taken;
}

template <class Chosen>
std::vector<IqCallback> IqTable::extract(Chosen chosen) {
    std::vector<IqCallback> out;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        if (!chosen(at->second)) {
            ++at;
            continue;
        }
        out.push_back(std::move(at->second.done));
        at = waiting_.erase(at);
    }
    return out;
}

void IqTable::fail_asked(std::string_view expected, const Error& cause) {
    for (auto& done : extract([&](const Waiting& entry) { return entry.expected == expected; }))
        done(std::unexpected(cause));
}

void IqTable::expire(Time now) {
    for (auto& done : extract([&](const Waiting& entry) { return entry.deadline <= now; }))
        done(fail_for_now(720, "no answer from the other domain", std::chrono::seconds(60), "iq deadline"));
}

void IqTable::fail_all(const Error& cause) {
    auto waiting = std::exchange(waiting_, {});
    for (auto& [id, entry] : waiting)
        entry.done(std::unexpected(cause));
}

}  // namespace immp::component
