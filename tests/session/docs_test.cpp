// docs/protocol.md: its dialogs are played, its tables are the program's, its worked example is computed
// again. IMMP_UPDATE_DOCS=1 writes the tables into it.
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/names.hpp"
#include "armor/password.hpp"
#include "bridge/mail/block.hpp"
#include "bridge/mail/feed_word.hpp"
#include "bridge/mail/push_action.hpp"
#include "bridge/mail/push_source.hpp"
#include "bridge/mail/rule.hpp"
#include "bridge/mail/searched_text.hpp"
#include "bridge/mail/selector.hpp"
#include "bridge/mail/settings.hpp"
#include "bridge/mail/vacation.hpp"
#include "bridge/session/handlers.hpp"
#include "bridge/session/input.hpp"
#include "bridge/store/feeds.hpp"
#include "bridge/store/folders.hpp"
#include "bridge/store/kept_items.hpp"
#include "bridge/store/nodes.hpp"
#include "bridge/store/pushes.hpp"
#include "bridge/store/quotas.hpp"
#include "bridge/store/shares.hpp"
#include "bridge/wire/part_name.hpp"
#include "tests/session/dialog.hpp"
#include "tests/support/folders.hpp"

namespace immp::bridge::test {
namespace {

const std::string kPage = tests::docs_path("protocol.md");

std::string page() {
    std::ostringstream text;
    text << std::ifstream(kPage).rdbuf();
    return text.str();
}

// The text between two marks; empty where they are not there.
std::string between(const std::string& text, const std::string& from, const std::string& to,
                    std::size_t at = 0) {
    const std::size_t begin = text.find(from, at);
    const std::size_t end = text.find(to, begin + from.size());
    if (begin == text.npos || end == text.npos) return {};
    return text.substr(begin + from.size(), end - begin - from.size());
}

void expect_table(const std::string& name, const std::string& table) {
    const std::string from = "<!-- " + name + " -->\n";
    const std::string to = "<!-- /" + name + " -->";
    std::string text = page();
    const std::string written = between(text, from, to);
    if (written != table && std::getenv("IMMP_UPDATE_DOCS")) {
        text.replace(text.find(from) + from.size(), written.size(), table);
        std::ofstream(kPage) << text;
        return;
    }
    EXPECT_EQ(written, table) << "IMMP_UPDATE_DOCS=1 writes it";
}

// `|` would end a cell.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text)
        escaped += c == '|' ? std::string("\\|") : std::string(1, c);
    return escaped;
}

std::string states_text(const States& states) {
    std::string text;
    for (const auto& [state, letter] :
         std::map<SessionState, std::string>{{SessionState::unencrypted, "E"},
                                             {SessionState::unauthenticated, "U"},
                                             {SessionState::local, "L"},
                                             {SessionState::remote, "R"}})
        text += states.contains(state) ? letter : "-";
    return text;
}

TEST(ProtocolPage, ListsTheCommandTable) {
    std::string table =
        "States: E Unencrypted, U Unauthenticated, L Local, R Remote. A verb marked 701 comes later.\n\n"
        "| command | parameters and switches | states | AS | |\n|---|---|---|---|---|\n";
    for (const CommandSpec& spec : command_table()) {
        const char* as = spec.pipelining == Pipelining::allowed    ? "may"
                         : spec.pipelining == Pipelining::required ? "must"
                                                                   : "no";
        table += "| `" + std::string(spec.keywords) + "` | " +
                 (spec.synopsis.empty() ? "" : "`" + cell(spec.synopsis) + "`") + " | " +
                 states_text(spec.states) + " | " + as + " | " + (is_implemented(spec.verb) ? "" : "701") +
                 " |\n";
    }
    expect_table("commands", table);
}

TEST(ProtocolPage, ListsTheCodeTable) {
    std::string table = "| code | meaning | `e=` | `retry=` by default |\n|---|---|---|---|\n";
    for (const CodeSpec& spec : code_table()) {
        const bool temporary = spec.retry.count() > 0;
        table += "| " + std::to_string(spec.code) + " | " + std::string(spec.text) + " | ";
        if (spec.code >= 400) table += (temporary ? "4." : "5.") + std::string(spec.enhanced);
        table += " | " + (temporary ? std::to_string(spec.retry.count()) : "") + " |\n";
    }
    expect_table("codes", table);
}

struct Limit {
    const char* what;
    std::uint64_t value;
    const char* answer;
};

TEST(ProtocolPage, ListsTheLimits) {
    const SessionLimits limits;
    const auto seconds = [](std::chrono::seconds time) { return static_cast<std::uint64_t>(time.count()); };
    const Limit rows[] = {
        {"octets of a line, without its line end", kMaxLineBytes, "414"},
        {"commands on a line", kMaxCommandsOnLine, "400"},
        {"octets of a reply line", kMaxReplyBytes, "cut"},
        {"octets of a piece of a body in a pipeline", kMaxPieceBytes, ""},
        {"pipelines at once (configurable)", limits.pipelines, "429"},
        {"octets of an IMID", armor::kMaxImidBytes, "400"},
        {"octets of a part's name", kMaxPartNameBytes, "400"},
        {"octets of a message's bodies (configurable)", limits.message_bytes, "413, closing"},
        {"octets of a bundle in Remote (of the former, and an eighth)", limits.bundle_bytes, "413, closing"},
        {"parts of a message (configurable)", limits.parts, "413"},
        {"recipients of a message (configurable)", limits.recipients, "413"},
        {"entries of one INDEX (configurable)", limits.index_limit, "fewer, `next=`"},
        {"folders deep", kMaxFolderDepth, "413"},
        {"folders of a mailbox", kMaxFolders, "413"},
        {"rights given in a mailbox", kMaxShares, "413"},
        {"octets that a message counts for beside its bodies", kMessageOverheadBytes, "441"},
        {"errors before a login (configurable)", limits.errors_before_login, "710, closing"},
        {"seconds without an octet before a login (configurable)", seconds(limits.idle_before_login),
         "408, closing"},
        {"seconds without an octet behind it (configurable)", seconds(limits.idle_after_login),
         "408, closing"},
        {"octets of a setting", kMaxSettingBytes, "413"},
        {"octets that a compressed body unpacks to, and 256 for each of its own", kUnpackFreeBytes, "413"},
        {"octets of memory that unpacking may take", kUnpackMemoryBytes, "413"},
        {"compressed bodies at once to a session, and from it", kSessionCodecs, "429"},
        {"compressed bodies at once of all sessions", kCodecsAtOnce, "705"},
        {"answers of an account that is away in a day", kMaxAnswersADay, "none"},
        {"blocked patterns of an account", kMaxBlocks, "413"},
        {"blocked patterns of the server", kMaxServerBlocks, "refused"},
        {"octets of a block's reason", kMaxReasonBytes, "413"},
        {"refused mail that is listed", kMaxRefused, "the oldest goes"},
        {"rules of a mailbox", kMaxRules, "413"},
        {"rules of a mailbox that forward", kMaxForwardingRules, "413"},
        {"rules of a mailbox that run a program", kMaxProgramRules, "413"},
        {"octets of the name of a rule or program", kMaxRuleNameBytes, "400"},
        {"octets of a rule's words, and of its reason", kMaxRuleTextBytes, "413"},
        {"words of a search", kMaxSearchWords, "413"},
        {"octets of a message's text that are searched", kSearchedBytes, "not found"},
        {"octets of a push", kMaxPushBytes, "413, closing"},
        {"octets of an action's label", kMaxActionLabelBytes, "413"},
        {"octets of an action's URI", kMaxActionUriBytes, "413"},
        {"names that an account approved or blocked for pushes", kMaxPushSources, "413"},
        {"tokens of an account for pushes", kMaxPushTokens, "413"},
        {"uses of a token", kMaxTokenUses, "400"},
        {"pushes of one source that wait for approval", kMaxWaitingOfSource, "the oldest goes"},
        {"pushes of an account that wait for approval", kMaxWaitingPushes, "the oldest goes"},
        {"octets of a node's item", kMaxItemBytes, "413, closing"},
        {"octets of a node's title", kMaxTitleBytes, "413"},
        {"octets of a node's description", kMaxDescriptionBytes, "413"},
        {"nodes of an account", kMaxAccountNodes, "413"},
        {"nodes of a domain", kMaxNodes, "413"},
        {"subscriptions of an account", kMaxSubscriptions, "413"},
        {"domains that take a node's items", kMaxFollowers, "429"},
        {"people of a node that is not open", kMaxNodePeople, "413"},
        {"of them that wait", kMaxWaitingPeople, "429"},
        {"and of them of one other domain", kMaxWaitingOfDomain, "429"},
        {"items and answers that wait for one domain, above which it may not ask for more of a node",
         kWaitingAnswers, "429"},
        {"items of a node that are kept", kKeptItems, "the oldest goes"},
        {"octets of them together", kKeptItemBytes, "the oldest go, but for the newest"},
        {"commands that wait in their pipelines", kMaxWaiting, "not read yet"},
        {"commands without their last reply", kMaxSlots, "not read yet"},
    };
    std::string table = "| what | at most | else |\n|---|---|---|\n";
    for (const Limit& row : rows)
        table +=
            std::string("| ") + row.what + " | " + std::to_string(row.value) + " | " + row.answer + " |\n";
    expect_table("limits", table);
}

TEST(ProtocolPage, ListsTheSettings) {
    std::string table = "| setting | of | values | default |\n|---|---|---|---|\n";
    for (const SettingSpec& spec : setting_table())
        table += "| `" + std::string(spec.name) + "` | " +
                 (spec.scope == SettingScope::session ? "session" : "account") + " | " +
                 std::string(spec.values) + " | " + std::string(spec.fallback) + " |\n";
    expect_table("settings", table);
}

TEST(ProtocolPage, DialogsGoAsWritten) {
    const std::string text = page();
    std::size_t played = 0;
    for (std::size_t at = text.find("```dialog\n"); at != text.npos; at = text.find("```dialog\n", at + 1)) {
        const std::size_t comment = text.rfind("<!--\n", at);
        ASSERT_NE(comment, text.npos);
        const std::string directives = between(text, "<!--\n", "-->\n", comment);
        const std::string lines = between(text, "```dialog\n", "```\n", at);
        const auto number =
            1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
        const Dialog dialog =
            parse_dialog("protocol.md:" + std::to_string(number), "events: unseen\n" + directives + lines);
        const auto wrong = play_every_way(dialog);
        EXPECT_FALSE(wrong) << *wrong;
        ++played;
    }
    EXPECT_GE(played, 9u);
}

TEST(ProtocolPage, WorkedExampleHolds) {
    std::map<std::string, std::string> given;
    std::istringstream lines(between(page(), "```worked\n", "```\n"));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t equals = line.find(" = ");
        ASSERT_NE(equals, line.npos) << line;
        given[line.substr(0, line.find(' '))] = line.substr(equals + 3);
    }
    const Bytes salt_octets = armor::decode_base64(given["salt"]).value();
    armor::Salt salt{};
    ASSERT_EQ(salt_octets.size(), salt.size());
    std::ranges::copy(salt_octets, salt.begin());
    const armor::Argon2Cost cost{static_cast<std::uint32_t>(std::stoul(given["m"])),
                                 static_cast<std::uint32_t>(std::stoul(given["t"]))};
    const auto h = armor::stretch(armor::SecretText(std::string(given["password"])), salt, cost);
    ASSERT_TRUE(h);
    EXPECT_EQ(armor::encode_hex(h->view()), given["h"]);
    const armor::ScramKeys keys = armor::scram_keys(*h);
    EXPECT_EQ(armor::encode_hex(keys.stored_key.view()), given["StoredKey"]);
    EXPECT_EQ(armor::encode_hex(keys.server_key.view()), given["ServerKey"]);
    EXPECT_EQ(armor::encode_base64(armor::decode_hex(given["exporter"]).value()), given["CB"]);
    const std::string message = armor::auth_message(
        {given["account"], given["device"], given["challenge"], given["nonce"], given["CB"]});
    EXPECT_EQ(armor::draft_proof(*h, given["n1"], given["n2"]), given["K"]);
    const armor::ScramProof proof = armor::client_proof(*h, message);
    EXPECT_EQ(armor::encode_base64(proof), given["proof"]);
    EXPECT_TRUE(armor::proof_holds(keys, message, proof));
    EXPECT_EQ(armor::encode_base64(armor::server_signature(keys, message)), given["v"]);
}

}  // namespace
}  // namespace immp::bridge::test
