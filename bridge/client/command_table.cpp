// Every command of `immp`, a row each.
#include "bridge/client/command_line.hpp"
#include "bridge/client/commands.hpp"

namespace immp::bridge::client {

namespace {

constexpr Parameter kFolder{"--folder", "the message's folder", Kind::text, Offer::folder, false, "INBOX"};
constexpr Parameter kId{"id", "message id, as ls shows it", Kind::text, Offer::nothing, true};

}  // namespace

std::span<const CommandRow> command_table() {
    static const CommandRow rows[] = {
        {"login",
         "Log this device in",
         {{"address", "user@domain", Kind::text, Offer::nothing, true},
          {"--server", "HOST:PORT instead of what DNS says"},
          {"--tls", "the server speaks TLS from the first octet", Kind::flag},
          {"--ca", "PEM file of an authority to trust besides the system's", Kind::text, Offer::file},
          {"--password-file", "file with the password; - is standard input", Kind::text, Offer::file},
          {"--device", "name of this device at the server"}},
         run_login},
        {"send",
         "Send a message; its text comes from standard input",
         {{"to", "user@domain, several joined by commas", Kind::texts, Offer::nothing, true},
          {"-s,--subject", "subject", Kind::text, Offer::nothing, true},
          {"-a,--attach", "file to attach; may be repeated", Kind::texts, Offer::file},
          {"--important", "mark it important", Kind::flag},
          {"--id", "UUID of an earlier try, which is then not delivered twice"}},
         run_send},
        {"ls",
         "List a folder, newest first; * is unread",
         {{"folder", "folder", Kind::text, Offer::folder, false, "INBOX"},
          {"--limit", "messages at most", Kind::number, Offer::nothing, false, "50", 1, 1000},
          {"--after", "cursor that an earlier list ended with"}},
         run_list},
        {"read", "Show a message", {kId, kFolder}, run_read},
        {"save",
         "Save one part of a message",
         {kId,
          {"part", "name of the part, as read shows it", Kind::text, Offer::nothing, true},
          {"-o,--output", "file; - is standard output", Kind::text, Offer::file},
          kFolder,
          {"--force", "replace a file that is there", Kind::flag}},
         run_save},
        {"logout",
         "Revoke this device's secret and forget it",
         {{"--force", "forget it here even if the server cannot be told", Kind::flag}},
         run_logout},
        {"accounts", "List the accounts that are logged in here", {}, run_accounts},
        {"completion",
         "Print the completion for a shell: bash, zsh",
         {{"shell", "bash or zsh", Kind::text, Offer::shell, true}},
         run_completion},
        {"manual", "Print the manual page, for man -l", {}, run_manual},
    };
    return rows;
}

std::string_view group_help(std::string_view) {
    return "";
}

}  // namespace immp::bridge::client
