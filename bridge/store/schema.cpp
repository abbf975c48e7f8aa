#include "bridge/store/schema.hpp"

#include <array>
#include <string>

#include "bridge/store/schema_1.hpp"
#include "bridge/store/schema_10.hpp"
#include "bridge/store/schema_11.hpp"
#include "bridge/store/schema_12.hpp"
#include "bridge/store/schema_13.hpp"
#include "bridge/store/schema_14.hpp"
#include "bridge/store/schema_2.hpp"
#include "bridge/store/schema_3.hpp"
#include "bridge/store/schema_4.hpp"
#include "bridge/store/schema_5.hpp"
#include "bridge/store/schema_6.hpp"
#include "bridge/store/schema_7.hpp"
#include "bridge/store/schema_8.hpp"
#include "bridge/store/schema_9.hpp"

namespace immp::bridge {

namespace {

constexpr std::array kSteps{kSchema1, kSchema2, kSchema3,  kSchema4,  kSchema5,  kSchema6,  kSchema7,
                            kSchema8, kSchema9, kSchema10, kSchema11, kSchema12, kSchema13, kSchema14};

struct Found {
    std::int64_t version = 0;
    std::int64_t application = 0;
    std::int64_t tables = 0;
};

/// In one statement, so at one moment: another process may be making the tables.
Result<Found> look(Database& connection) {
    auto found = connection
                     .query(
                         "SELECT (SELECT user_version FROM pragma_user_version), "
                         "(SELECT application_id FROM pragma_application_id), "
                         "(SELECT count(*) FROM sqlite_schema)")
                     .one([](const Row& row) { return Found{row.number(0), row.number(1), row.number(2)}; });
    if (!found) return std::unexpected(found.error());
    return found->value_or(Found{});
}

std::unexpected<Error> unusable(const std::string& why) {
    return fail(702, why);
}

/// The schema of the file: how many steps it went through.
Result<std::size_t> schema_of(Database& connection, std::size_t known) {
    const auto found = look(connection);
    if (!found) return std::unexpected(found.error());
    const auto& [version, application, tables] = *found;

    if (application != kApplicationId && (application != 0 || version != 0 || tables != 0))
        return unusable("the file is another program's database");
    if (version < 0 || static_cast<std::uint64_t>(version) > known)
        return unusable("the file has schema " + std::to_string(version) +
                        ", made by a newer immpd; this one knows " + std::to_string(known));
    return static_cast<std::size_t>(version);
}

Result<void> take_steps(Database& connection, std::span<const char* const> steps) {
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

Result<void> migrate(Database& connection, std::span<const char* const> steps) {
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
