#include "bridge/store/schema.hpp"

#include <array>
#include <string>

#include "bridge/store/schema_1.hpp"
#include "bridge/store/schema_2.hpp"
#include "bridge/store/schema_3.hpp"
#include "bridge/store/schema_4.hpp"
#include "bridge/store/schema_5.hpp"
#include "bridge/store/schema_6.hpp"
#include "bridge/store/schema_9.hpp"

namespace immp::bridge {

namespace {

constexpr std::array kSteps{kSchema1, kSchema2, kSchema3, kSchema4, kSchema5, kSchema6,  //
                            kSchema9};

Result<std::int64_t> pragma(Connection& connection, std::string_view sql) {
    auto value = connection.query(sql).one([](const Row& row) { return row.number(0); });
    if (!value) return std::unexpected(value.error());
    return value->value_or(0);
}

std::unexpected<Error> unusable(const std::string& why) {
    return fail(702, why);
}

/// The schema of the file: how many steps it went through.
Result<std::size_t> schema_of(Connection& connection, std::size_t known) {
    const auto version = pragma(connection, "PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    const auto application = pragma(connection, "PRAGMA application_id");
    if (!application) return std::unexpected(application.error());
    const auto tables = pragma(connection, "SELECT count(*) FROM sqlite_schema");
    if (!tables) return std::unexpected(tables.error());

    if (*application != kApplicationId && (*application != 0 || *version != 0 || *tables != 0))
        return unusable("the file is another program's database");
    if (*version < 0 || static_cast<std::uint64_t>(*version) > known)
        return unusable("the file has schema " + std::to_string(*version) +
                        ", made by a newer immpd; this one knows " + std::to_string(known));
    return static_cast<std::size_t>(*version);
}

Result<void> take_steps(Connection& connection, std::span<const char* const> steps) {
    const auto from = schema_of(connection, steps.size());
    if (!from) return std::unexpected(from.error());
    for (const char* step : steps.subspan(*from))
        if (auto done = connection.script(step); !done) return done;
    if (*from == 0) {
        const auto secret = armor::SecretBytes<32>::random();
        auto made =
            connection.query("INSERT INTO settings (name, value) VALUES ('secret', ?)", secret.view()).run();
        if (!made) return made;
    }
    return connection.script("PRAGMA application_id = " + std::to_string(kApplicationId) +
                             "; PRAGMA user_version = " + std::to_string(steps.size()));
}

}  // namespace

std::span<const char* const> migrations() {
    return kSteps;
}

Result<void> migrate(Connection& connection, std::span<const char* const> steps) {
    const auto schema = schema_of(connection, steps.size());
    if (!schema) return std::unexpected(schema.error());
    if (*schema == steps.size()) return {};
    // Looked at again inside: another process may be at it.
    if (auto begun = connection.script("BEGIN IMMEDIATE"); !begun) return begun;
    auto done = take_steps(connection, steps);
    if (done) done = connection.script("COMMIT");
    if (!done && connection.in_transaction()) static_cast<void>(connection.script("ROLLBACK"));
    return done;
}

}  // namespace immp::bridge
