// immp key export|import
#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/key_backup.hpp"
#include "bridge/client/part_file.hpp"
#include "bridge/client/password_source.hpp"

namespace immp::bridge::client {

namespace {

void say(const Context& context, std::string_view what, const std::string& account, std::size_t keys) {
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("account", account).number("keys", keys).line() << '\n';
    else
        context.out << what << ' ' << keys << (keys == 1 ? " key of " : " keys of ") << account << ".\n";
}

Outcome<std::string> read_backup_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return failed(ExitStatus::no_input,
                      "cannot read " + one_line(path) + "; check the name and its permissions");
    std::string text(kMaxBackupBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxBackupBytes)
        return failed(ExitStatus::bad_input, one_line(path) + " is too large to be a backup of keys");
    return text;
}

}  // namespace

Done run_key_export(Context& context, const Arguments& arguments) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    const auto ring = OwnKeys(context.folder).of(account->account);
    if (!ring) return std::unexpected(ring.error());
    if (ring->empty()) return std::unexpected(no_own_key(account->account));
    const auto passphrase = read_new_password(arguments.optional_text("--passphrase-file"), context.in,
                                              "the backup of " + account->account);
    if (!passphrase) return std::unexpected(passphrase.error());
    const auto backup = write_backup(*ring, *passphrase);
    if (!backup) return std::unexpected(backup.error());
    auto file = PartFile::create(arguments.text("file"), PartFile::Existing::keep);
    if (!file) return std::unexpected(file.error());
    if (auto written = file->write(*backup); !written) return std::unexpected(written.error());
    if (auto finished = file->finish(); !finished) return std::unexpected(finished.error());
    say(context, "Wrote", account->account, ring->size());
    return ExitStatus::ok;
}

Done run_key_import(Context& context, const Arguments& arguments) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    const auto text = read_backup_file(arguments.text("file"));
    if (!text) return std::unexpected(text.error());
    const auto passphrase = read_password(arguments.optional_text("--passphrase-file"), context.in,
                                          "the backup of " + account->account);
    if (!passphrase) return std::unexpected(passphrase.error());
    auto ring = read_backup(*text, *passphrase);
    if (!ring) return std::unexpected(ring.error());
    for (const OwnKey& key : *ring)
        if (key.record.claims().name != account->account)
            return failed(ExitStatus::bad_input, "this backup is of " + one_line(key.record.claims().name) +
                                                     "; name that account with --account");
    const std::size_t keys = ring->size();
    if (auto added = OwnKeys(context.folder).add(std::move(*ring)); !added)
        return std::unexpected(added.error());
    say(context, "Took over", account->account, keys);
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
