// Configuration: what is read, what is refused with file, line and key, and that docs/operations.md tells the
// same.
#include "component/config.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "component/config_keys.hpp"
#include "tests/support/folders.hpp"

namespace immp::component {
namespace {

constexpr const char* kLeast =
    "domain = \"a.example\"\n"
    "[listener]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n"
    "[component]\nsecret = \"s\"\n";

class Configuration : public testing::Test {
  protected:
    Configuration() {
        std::string name = (std::filesystem::temp_directory_path() / "immp-config-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~Configuration() override { std::filesystem::remove_all(folder_); }

    Result<Config> load(const std::string& text, std::map<std::string, std::string> environment = {}) {
        std::ofstream(folder_ / "immpd.toml") << text;
        return load_config(folder_ / "immpd.toml",
                           [environment](std::string_view name) -> std::optional<std::string> {
                               const auto found = environment.find(std::string(name));
                               if (found == environment.end()) return std::nullopt;
                               return found->second;
                           });
    }

    /// What is wrong, without the folder's name.
    std::string complaint(const std::string& text, std::map<std::string, std::string> environment = {}) {
        auto config = load(text, std::move(environment));
        if (config) return "accepted";
        std::string said = config.error().text;
        const std::string prefix = folder_.string() + "/";
        for (auto at = said.find(prefix); at != said.npos; at = said.find(prefix))
            said.erase(at, prefix.size());
        return said;
    }

    std::filesystem::path folder_;
};

TEST_F(Configuration, LeastFileHasAllDefaults) {
    auto config = load(kLeast);
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->domain, "a.example");
    EXPECT_EQ(config->listener.port, 1025);
    EXPECT_EQ(config->listener.addresses, (std::vector<std::string>{"0.0.0.0", "::"}));
    EXPECT_EQ(config->listener.certificate, (folder_ / "cert.pem").string());
    EXPECT_EQ(config->component.jid, "immp.a.example");
    EXPECT_EQ(config->component.secret.view(), "s");
    EXPECT_EQ(config->limits.message_bytes, 104'857'600u);
}

TEST_F(Configuration, EnvironmentOverridesFile) {
    auto config = load(kLeast, {{"IMMP_LISTENER_PORT", "2025"},
                                {"IMMP_LISTENER_ADDRESS", "127.0.0.1, ::1"},
                                {"IMMP_DOMAIN", "B.Example"},
                                {"IMMP_COMPONENT_PEERS", "c.example=mail.c.example"}});
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->listener.port, 2025);
    EXPECT_EQ(config->listener.addresses, (std::vector<std::string>{"127.0.0.1", "::1"}));
    EXPECT_EQ(config->domain, "b.example");
    EXPECT_EQ(config->component.peers.at("c.example"), "mail.c.example");
}

TEST_F(Configuration, SecretComesFromAFileToo) {
    std::ofstream(folder_ / "secret") << "from file\nnot this\n";
    std::string text = kLeast;
    text.replace(text.find("secret = \"s\""), 12, "secret_file = \"secret\"");
    auto config = load(text);
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->component.secret.view(), "from file");
}

TEST_F(Configuration, MistakesNameFileLineAndKey) {
    const std::string least = kLeast;
    EXPECT_EQ(complaint(least + "port = 0\n"), "immpd.toml:7: component.port: must be from 1 to 65535");
    EXPECT_EQ(complaint(least + "port = \"x\"\n"),
              "immpd.toml:7: component.port: must be a whole number, like 1025");
    EXPECT_EQ(complaint(least + "prot = 1\n"),
              "immpd.toml:7: component.prot: is no key; `immpd config` lists them all");
    EXPECT_EQ(complaint("colour = 1\n" + least),
              "immpd.toml:1: colour: is no key; `immpd config` lists them all");
    EXPECT_EQ(complaint(least + "peers = [1]\n"),
              "immpd.toml:7: component.peers: must be a list of texts, like [\"::1\"]");
    EXPECT_EQ(complaint(least + "peers = [\"b.example\"]\n").substr(0, 34),
              "immpd.toml:7: component.peers: \"b.");
    EXPECT_EQ(complaint(least + "[log]\nlevel = \"loud\"\n"),
              "immpd.toml:8: log.level: is none of debug, info, warn, error");
    EXPECT_EQ(complaint(least, {{"IMMP_COMPONENT_SECRET_FILE", "none"}}).substr(0, 27),
              "IMMP_COMPONENT_SECRET_FILE:");
    EXPECT_EQ(complaint("[listener]\n").substr(0, 30), "immpd.toml: domain: is missing");
    EXPECT_EQ(complaint("domain = \n").substr(0, 13), "immpd.toml:1:");
    EXPECT_EQ(complaint(least, {{"IMMP_LISTENER_PORT", "70000"}}),
              "IMMP_LISTENER_PORT: must be from 0 to 65535");
    EXPECT_EQ(complaint("domain = \"xn--a.example\"\n").substr(0, 29), "immpd.toml:1: domain: is no d");
}

TEST_F(Configuration, WhatNoDaemonCouldUseIsAMistakeToo) {
    std::string text = kLeast;
    const auto with = [&](const std::string& old, const std::string& replacement) {
        std::string changed = text;
        changed.replace(changed.find(old), old.size(), replacement);
        return complaint(changed);
    };
    const std::string key = "key = \"key.pem\"\n";
    EXPECT_EQ(with(key, key + "address = [\"::1\", \"localhost\"]\n").substr(0, 55),
              "immpd.toml:5: listener.address: \"localhost\" is no numer");
    EXPECT_EQ(with(key, key + "tls_address = \"1.2.3\"\n").substr(0, 51),
              "immpd.toml:5: listener.tls_address: \"1.2.3\" is no n");
    EXPECT_EQ(with(key, key + "address = [\"fe80::1%eth0\", \"0.0.0.0\"]\n"), "accepted");
    EXPECT_EQ(complaint(text + "address = \"a b\"\n").substr(0, 39),
              "immpd.toml:7: component.address: is no ");
    EXPECT_EQ(complaint(text + "address = \"xmpp.a.example\"\n"), "accepted");
    for (const char* jid : {"immp.a.example/x", "immp@a.example", "foo bar"})
        EXPECT_EQ(complaint(text + "jid = \"" + jid + "\"\n").substr(0, 42),
                  "immpd.toml:7: component.jid: is no name of");
    EXPECT_EQ(complaint(text + "peers = [\"b.example=foo bar\"]\n").substr(0, 34),
              "immpd.toml:7: component.peers: \"b.");
    EXPECT_EQ(complaint(text + "[store]\ndirectory = \"\"\n").substr(0, 41),
              "immpd.toml:8: store.directory: names no f");
}

TEST_F(Configuration, RoutesAreReadAndJudged) {
    const std::string least = kLeast;
    auto config = load(least +
                       "[routes]\n\"C.example\" = \"tcp:10.0.0.7\"\n\"d.example\" = \"via:c.example\"\n"
                       "\"e.example\" = \"xmpp\"\n\"*\" = \"via:e.example\"\n"
                       "[gateway]\ndomains = [\"c.example\"]\nca = \"ca.pem\"\n");
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(route_text(config->routes.at("c.example")), "tcp:10.0.0.7:1025");
    EXPECT_EQ(route_text(config->routes.at("d.example")), "via:c.example");
    EXPECT_EQ(route_text(config->routes.at("e.example")), "xmpp");
    EXPECT_EQ(config->gateway.domains, (std::set<std::string, std::less<>>{"c.example"}));
    EXPECT_EQ(config->gateway.ca, (folder_ / "ca.pem").string());
    config = load(least, {{"IMMP_ROUTES", "c.example=tcp:[::1]:2025, d.example=xmpp"}});
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->routes.at("c.example").host, "::1");
    EXPECT_EQ(config->routes.at("c.example").port, 2025);

    const auto with = [&](const std::string& routes) { return complaint(least + "[routes]\n" + routes); };
    for (const char* route :
         {"smtp", "tcp:", "tcp:a b:x", "tcp:c.example:0", "tcp:c.example:70000", "via:", "via:a b", ""})
        EXPECT_NE(with("\"c.example\" = \"" + std::string(route) + "\"\n").find("is no route; write"),
                  std::string::npos)
            << route;
    EXPECT_EQ(with("\"a b\" = \"xmpp\"\n").substr(0, 33), "immpd.toml:7: routes: \"a b=xmpp\" ");
    EXPECT_EQ(with("\"c.example\" = 1\n"), "immpd.toml:7: routes: must have a text in quotes for c.example");
    EXPECT_EQ(complaint("routes = 1\n" + least), "immpd.toml:1: routes: must be a table of texts");
    EXPECT_NE(with("\"a.example\" = \"xmpp\"\n").find("has our own domain"), std::string::npos);
    EXPECT_NE(with("\"*\" = \"tcp:c.example\"\n").find("has a server for \"*\""), std::string::npos);
    for (const char* gateway : {"a.example", "c.example", "d.example"})
        EXPECT_NE(
            with("\"c.example\" = \"via:" + std::string(gateway) + "\"\n\"d.example\" = \"via:e.example\"\n")
                .find("c.example goes via"),
            std::string::npos)
            << gateway;
    EXPECT_NE(complaint(least + "[gateway]\ndomains = [\"a.example\"]\n").find("is our own domain"),
              std::string::npos);
    EXPECT_NE(complaint(least + "[gateway]\ndomains = [\"a b\"]\n").find("is no domain"), std::string::npos);
}

TEST_F(Configuration, AComponentIsLeftOutWhereEveryRouteIsTcp) {
    std::string text = kLeast;
    text.erase(text.find("[component]"));
    const std::string tcp = "\"b.example\" = \"tcp:b.example\"\n";
    auto config = load(text + "[routes]\n" + tcp + "\"*\" = \"via:b.example\"\n");
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_TRUE(config->component.secret.empty());
    EXPECT_TRUE(config->component.jid.empty());
    for (const std::string& routes :
         {tcp, tcp + "\"*\" = \"xmpp\"\n", std::string("\"*\" = \"via:b.example\"\n"),
          tcp + "\"*\" = \"via:b.example\"\n\"c.example\" = \"xmpp\"\n"})
        EXPECT_EQ(complaint(text + "[routes]\n" + routes).substr(0, 41),
                  "immpd.toml: component.secret: is missing;")
            << routes;
}

TEST_F(Configuration, ALineThatIsNoTomlNamesTheKeyOnIt) {
    const std::string least = kLeast;
    EXPECT_EQ(complaint(least + "port 5347\n").substr(0, 29), "immpd.toml:7: component.port:");
    EXPECT_EQ(complaint(least + "secret = \"t\"\n").substr(0, 31), "immpd.toml:7: component.secret:");
    EXPECT_EQ(complaint("domain = a\n").substr(0, 21), "immpd.toml:1: domain:");
    EXPECT_EQ(complaint(least + "= 1\n").substr(0, 20), "immpd.toml:7: Error ");
}

TEST_F(Configuration, TheSecretIsToldOnceAndTheEnvironmentWins) {
    std::ofstream(folder_ / "secret") << "from file\n";
    const std::string with_file = std::string(kLeast).replace(std::string(kLeast).find("secret = \"s\""), 12,
                                                              "secret_file = \"secret\"");
    EXPECT_EQ(complaint(std::string(kLeast) + "secret_file = \"secret\"\n"),
              "immpd.toml:7: component.secret_file: stands beside component.secret; keep one of the two");
    auto config = load(with_file, {{"IMMP_COMPONENT_SECRET", "given"}});
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->component.secret.view(), "given");
    config = load(kLeast, {{"IMMP_COMPONENT_SECRET_FILE", "secret"}});
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->component.secret.view(), "from file");
    EXPECT_EQ(complaint(kLeast, {{"IMMP_COMPONENT_SECRET_FILE", "secret"}, {"IMMP_COMPONENT_SECRET", "x"}}),
              "IMMP_COMPONENT_SECRET_FILE: stands beside component.secret; keep one of the two");
}

TEST_F(Configuration, CertificateAndKeyRememberWhereTheyWereTold) {
    auto config = load(kLeast, {{"IMMP_LISTENER_KEY", "other.pem"}});
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->listener.certificate_told,
              (folder_ / "immpd.toml").string() + ":3: listener.certificate");
    EXPECT_EQ(config->listener.key_told, "IMMP_LISTENER_KEY");
}

TEST_F(Configuration, MissingSecretAndMissingFileAreTold) {
    std::string text = kLeast;
    text.erase(text.find("secret = \"s\""));
    EXPECT_EQ(complaint(text).substr(0, 41), "immpd.toml: component.secret: is missing;");
    auto config = load_config(folder_ / "none.toml", [](std::string_view) { return std::nullopt; });
    EXPECT_NE(config.error().text.find("no such file"), std::string::npos);
}

/// The table of docs/operations.md, from the table of keys.
std::string keys_table() {
    std::string out = "| key | default | meaning |\n|---|---|---|\n";
    for (const KeySpec& key : config_keys()) {
        out += "| `" + (key.section.empty() ? "" : "[" + std::string(key.section) + "] ") +
               std::string(key.name) + "` | " +
               (key.fallback.empty() ? "required" : "`" + std::string(key.fallback) + "`") + " | " +
               std::string(key.meaning) + " |\n";
    }
    return out;
}

TEST(ConfigurationDocs, OperationsHasEveryKeyWithItsDefault) {
    const std::string path = tests::docs_path("operations.md");
    std::stringstream page;
    page << std::ifstream(path).rdbuf();
    std::string text = page.str();
    const std::string open = "<!-- keys -->\n";
    const auto begin = text.find(open) + open.size();
    const auto end = text.find("<!-- /keys -->");
    ASSERT_NE(end, text.npos);
    if (std::getenv("IMMP_UPDATE_DOCS") != nullptr) {
        text.replace(begin, end - begin, keys_table());
        std::ofstream(path) << text;
        return;
    }
    EXPECT_EQ(text.substr(begin, end - begin), keys_table()) << "IMMP_UPDATE_DOCS=1 test_component writes it";
}

}  // namespace
}  // namespace immp::component
