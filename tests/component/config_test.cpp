// Configuration: what is read, what is refused with file, line and key, and that docs/operations.md tells the same.
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
                                {"IMMP_LISTENER_ADDRESS", "127.0.0.1,::1"},
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
    EXPECT_EQ(complaint("colour = 1\n" + least), "immpd.toml:1: colour: is no key; `immpd config` lists them all");
    EXPECT_EQ(complaint(least + "peers = [1]\n"),
              "immpd.toml:7: component.peers: must be a list of texts, like [\"::1\"]");
    EXPECT_EQ(complaint(least + "peers = [\"b.example\"]\n").substr(0, 34), "immpd.toml:7: component.peers: \"b.");
    EXPECT_EQ(complaint(least + "[log]\nlevel = \"loud\"\n"),
              "immpd.toml:8: log.level: is none of debug, info, warn, error");
    EXPECT_EQ(complaint(least + "secret_file = \"none\"\n").substr(0, 36), "immpd.toml:7: component.secret_file:");
    EXPECT_EQ(complaint("[listener]\n").substr(0, 30), "immpd.toml: domain: is missing");
    EXPECT_EQ(complaint("domain = \n").substr(0, 13), "immpd.toml:1:");
    EXPECT_EQ(complaint(least, {{"IMMP_LISTENER_PORT", "70000"}}), "IMMP_LISTENER_PORT: must be from 0 to 65535");
    EXPECT_EQ(complaint("domain = \"xn--a.example\"\n").substr(0, 29), "immpd.toml:1: domain: is no d");
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
        out += "| `" + (key.section.empty() ? "" : "[" + std::string(key.section) + "] ") + std::string(key.name) +
               "` | " + (key.fallback.empty() ? "required" : "`" + std::string(key.fallback) + "`") + " | " +
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
