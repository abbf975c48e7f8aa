#include "bridge/store/sqlite_rules.hpp"

#include <charconv>

#include "bridge/store/netstrings.hpp"

namespace immp::bridge {

namespace {

Rule read_rule(const Row& row) {
    Rule rule;
    rule.id = row.number(0);
    rule.name = row.text(1);
    rule.from = row.text(2);
    rule.to = row.text(3);
    rule.subject = row.text(4);
    if (row.flag(5)) rule.larger = row.count(6);
    rule.run = row.text(7);
    rule.file = row.text(8);
    rule.forward = row.text(9);
    if (row.flag(10)) rule.reject = row.text(11);
    rule.read = row.flag(12);
    rule.flagged = row.flag(13);
    rule.stop = row.flag(14);
    return rule;
}

/// Pairs of a rule's id and 1 or 0.
std::string pack_verdicts(const RuleVerdicts& verdicts) {
    std::vector<std::string> texts;
    for (const auto& [rule, holds] : verdicts) {
        texts.push_back(std::to_string(rule));
        texts.emplace_back(holds ? "1" : "0");
    }
    return pack(texts);
}

RuleVerdicts unpack_verdicts(std::string_view packed) {
    const std::vector<std::string> texts = unpack(packed);
    RuleVerdicts verdicts;
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
        RuleId rule = 0;
        std::from_chars(texts[i].data(), texts[i].data() + texts[i].size(), rule);
        verdicts[rule] = texts[i + 1] == "1";
    }
    return verdicts;
}

RuleJob read_job(const Row& row) {
    return {row.number(0), row.number(1), row.text(2),
            row.number(3), row.text(4),   unpack_verdicts(row.text(5))};
}

std::unexpected<Error> too_many(std::size_t most, std::string_view what) {
    return fail(413, "At most " + std::to_string(most) + " rules" + std::string(what) + "; drop some");
}

}  // namespace

Result<void> SqliteRules::check_room(AccountId account, const Rule& rule) {
    struct Counts {
        std::uint64_t rules = 0;
        std::uint64_t forwarding = 0;
        std::uint64_t asking = 0;
    };
    const auto held =
        db_.query(
               "SELECT count(*), coalesce(sum(target <> ''), 0), coalesce(sum(program <> ''), 0) "
               "FROM rules WHERE account = ?",
               account)
            .one([](const Row& row) { return Counts{row.count(0), row.count(1), row.count(2)}; });
    if (!held) return std::unexpected(held.error());
    const Counts counts = held->value_or(Counts{});
    if (counts.rules >= kMaxRules) return too_many(kMaxRules, "");
    if (!rule.forward.empty() && counts.forwarding >= kMaxForwardingRules)
        return too_many(kMaxForwardingRules, " may forward");
    if (!rule.run.empty() && counts.asking >= kMaxProgramRules)
        return too_many(kMaxProgramRules, " may run a program");
    return {};
}

Result<std::int64_t> SqliteRules::make_place(AccountId account, std::string_view before) {
    if (before.empty()) {
        auto last = db_.query("SELECT coalesce(max(place), 0) FROM rules WHERE account = ?", account)
                        .one([](const Row& row) { return row.number(0); });
        if (!last) return std::unexpected(last.error());
        return last->value_or(0) + 1;
    }
    auto place = db_.query("SELECT place FROM rules WHERE account = ? AND name = ?", account, before)
                     .one([](const Row& row) { return row.number(0); });
    if (!place) return std::unexpected(place.error());
    if (!*place) return fail(404, "No rule of that name to stand before");
    auto moved =
        db_.query("UPDATE rules SET place = place + 1 WHERE account = ? AND place >= ?", account, **place)
            .run();
    if (!moved) return std::unexpected(moved.error());
    return **place;
}

Result<void> SqliteRules::add(AccountId account, const Rule& rule, std::string_view before) {
    if (auto room = check_room(account, rule); !room) return room;
    const auto place = make_place(account, before);
    if (!place) return std::unexpected(place.error());
    std::optional<std::int64_t> larger;
    if (rule.larger) larger = static_cast<std::int64_t>(*rule.larger);
    return db_
        .query(
            "INSERT INTO rules (account, place, name, sender, recipient, subject, larger, program, folder, "
            "target, reason, is_read, is_flagged, stops) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, iif(?, ?, NULL), ?, ?, ?) ON CONFLICT DO NOTHING",
            account, *place, rule.name, rule.from, rule.to, rule.subject, larger, rule.run, rule.file,
            rule.forward, static_cast<int>(rule.reject.has_value()), rule.reject.value_or(""),
            static_cast<int>(rule.read), static_cast<int>(rule.flagged), static_cast<int>(rule.stop))
        .run_or_fail(409, "There is a rule of this name already");
}

Result<void> SqliteRules::drop(AccountId account, std::string_view name) {
    return db_.query("DELETE FROM rules WHERE account = ? AND name = ?", account, name)
        .run_or_fail(404, "No rule of that name");
}

Result<std::vector<Rule>> SqliteRules::list(AccountId account) {
    return db_
        .query(
            "SELECT id, name, sender, recipient, subject, larger IS NOT NULL, larger, program, folder, "
            "target, "
            "reason IS NOT NULL, reason, is_read, is_flagged, stops FROM rules WHERE account = ? ORDER BY "
            "place",
            account)
        .all(read_rule);
}

Result<void> SqliteRules::add_job(AccountId account, std::string_view lease, std::string_view recipient) {
    return db_
        .query("INSERT INTO rule_jobs (account, lease, recipient) VALUES (?, ?, ?)", account, lease,
               recipient)
        .run();
}

Result<std::uint64_t> SqliteRules::jobs_of(AccountId account) {
    auto count =
        db_.query("SELECT count(*) FROM rule_jobs WHERE account = ?", account).one([](const Row& row) {
            return row.count(0);
        });
    if (!count) return std::unexpected(count.error());
    return count->value_or(0);
}

Result<std::vector<RuleJobId>> SqliteRules::jobs(std::uint32_t most) {
    return db_.query("SELECT id FROM rule_jobs ORDER BY id LIMIT ?", std::int64_t{most})
        .all([](const Row& row) { return RuleJobId{row.number(0)}; });
}

Result<std::optional<RuleJob>> SqliteRules::job(RuleJobId id) {
    return db_
        .query(
            "SELECT j.id, j.account, j.lease, l.message, j.recipient, j.verdicts "
            "FROM rule_jobs j JOIN leases l ON l.id = j.lease WHERE j.id = ?",
            id)
        .one(read_job);
}

Result<void> SqliteRules::set_verdicts(RuleJobId id, const RuleVerdicts& verdicts) {
    return db_.query("UPDATE rule_jobs SET verdicts = ? WHERE id = ?", pack_verdicts(verdicts), id).run();
}

Result<void> SqliteRules::end_job(const RuleJob& job) {
    return db_.query("DELETE FROM leases WHERE id = ?", job.lease).run();
}

Result<bool> SqliteRules::note_forward(AccountId account, std::string_view uuid, std::string_view target,
                                       Time now) {
    const auto noted = db_.query(
                              "INSERT INTO forwards (account, uuid, target, made) VALUES (?, ?, ?, ?) "
                              "ON CONFLICT DO NOTHING",
                              account, uuid, target, now)
                           .changes();
    if (!noted) return std::unexpected(noted.error());
    return *noted > 0;
}

Result<std::uint64_t> SqliteRules::forget_forwards(Time before) {
    return db_
        .query(
            "DELETE FROM forwards WHERE (account, uuid, target) IN "
            "(SELECT account, uuid, target FROM forwards INDEXED BY forwards_made WHERE made < ? LIMIT ?)",
            before, kSweepRows)
        .changes();
}

}  // namespace immp::bridge
