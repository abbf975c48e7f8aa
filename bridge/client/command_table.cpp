// Every command of `immp`, a row each.
#include "bridge/client/command_line.hpp"
#include "bridge/client/commands.hpp"

namespace immp::bridge::client {

namespace {

constexpr Parameter kFolder{"--folder", "the message's folder", Kind::text, Offer::folder, false, "INBOX"};
constexpr Parameter kId{"id", "message id, as ls shows it", Kind::text, Offer::nothing, true};

constexpr Parameter kIds{"id", "message ids, as ls shows them", Kind::texts, Offer::nothing, true};
constexpr Parameter kLimit{"--limit", "messages at most", Kind::number, Offer::nothing, false, "50", 1, 1000};
constexpr Parameter kAfter{"--after", "cursor that an earlier list ended with"};

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
          {"--from", "write as this mailbox, where you may"},
          {"--important", "mark it important", Kind::flag},
          {"--id", "UUID of an earlier try, which is then not delivered twice"}},
         run_send},
        {"ls",
         "List a folder, newest first; * is unread",
         {{"folder", "folder", Kind::text, Offer::folder, false, "INBOX"}, kLimit, kAfter},
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
        {"search",
         "List the messages of a folder that have these words, newest first",
         {{"words", "words to look for", Kind::texts, Offer::nothing, true},
          {"--folder", "folder", Kind::text, Offer::folder, false, "INBOX"},
          kLimit,
          kAfter},
         run_search},
        {"watch",
         "Show each change of a folder, and each new message, as it comes",
         {{"folder", "folder", Kind::text, Offer::folder, false, "INBOX"},
          {"--once", "end after the first change", Kind::flag}},
         run_watch},
        {"mv",
         "Move a message to another folder",
         {kId, {"to", "folder", Kind::text, Offer::folder, true}, kFolder},
         run_move},
        {"cp",
         "Put a message into another folder too",
         {kId, {"to", "folder", Kind::text, Offer::folder, true}, kFolder},
         run_copy},
        {"rm", "Remove messages, into TRASH first", {kIds, kFolder}, run_remove},
        {"flag",
         "Mark messages",
         {kIds,
          {"--read", "as read", Kind::flag},
          {"--unread", "as unread", Kind::flag},
          {"--star", "as flagged", Kind::flag},
          {"--unstar", "as not flagged", Kind::flag},
          kFolder},
         run_flag},
        {"folder list",
         "List folders, with what is unread and all that lies there",
         {{"folder", "only this one and those in it; or another's mailbox", Kind::text, Offer::folder}},
         run_folder_list},
        {"folder create",
         "Make a folder",
         {{"folder", "INBOX/lists", Kind::text, Offer::folder, true}},
         run_folder_create},
        {"folder rename",
         "Rename a folder, or move it with all that is in it",
         {{"folder", "folder", Kind::text, Offer::folder, true},
          {"new", "its new path", Kind::text, Offer::folder, true}},
         run_folder_rename},
        {"folder drop",
         "Remove a folder with all that is in it, into TRASH first",
         {{"folder", "folder", Kind::text, Offer::folder, true}},
         run_folder_drop},
        {"share list",
         "List what others share with you, or who may do what in a mailbox or folder",
         {{"place", "helpdesk@domain, or a folder", Kind::text, Offer::folder}},
         run_share_list},
        {"share give",
         "Let somebody do something in a mailbox or folder; it takes the place of what was given before",
         {{"place", "helpdesk@domain, or a folder", Kind::text, Offer::folder, true},
          {"address", "user@domain", Kind::text, Offer::nothing, true},
          {"rights", "READ, WRITE, SEND, OWN, joined by commas", Kind::text, Offer::nothing, true}},
         run_share_give},
        {"share end",
         "Let somebody do nothing more there",
         {{"place", "helpdesk@domain, or a folder", Kind::text, Offer::folder, true},
          {"address", "user@domain", Kind::text, Offer::nothing, true}},
         run_share_end},
        {"quota",
         "Show how much the mailbox holds",
         {{"mailbox", "helpdesk@domain instead of your own", Kind::text}},
         run_quota},
        {"device list", "List the account's devices", {}, run_device_list},
        {"device add",
         "Make a secret for another device, and print it",
         {{"name", "what the device is called", Kind::text, Offer::nothing, true}},
         run_device_add},
        {"device revoke",
         "Take a device's secret away",
         {{"name", "name, as device list shows it", Kind::text, Offer::nothing, true}},
         run_device_revoke},
        {"passwd",
         "Change the account's password",
         {{"--password-file", "file with the password in use; - is standard input", Kind::text, Offer::file},
          {"--new-password-file", "file with the new one; - is standard input", Kind::text, Offer::file}},
         run_passwd},
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

std::string_view group_help(std::string_view group) {
    if (group == "folder") return "Folders: list, create, rename, drop";
    if (group == "share") return "Sharing: list, give, end";
    if (group == "device") return "Devices of the account: list, add, revoke";
    return "";
}

}  // namespace immp::bridge::client
