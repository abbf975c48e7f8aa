#include <algorithm>

#include "armor/json_line.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"
#include "bridge/mail/inner.hpp"
#include "bridge/session/handlers.hpp"
#include "bridge/session/place.hpp"

namespace immp::bridge {
namespace {

// Of an index line for `to`, as it is written; the rest of the line (subject, names) stays below as much
// again.
constexpr std::size_t kMaxToBytes = 24'576;

// No mail is taken with a longer one any more, but older mail is there, and a line that is cut is no JSON.
std::string_view shown_subject(std::string_view subject) {
    return armor::utf8_prefix(subject, kMaxItemSubjectBytes);
}

// As many recipients as fit on a line; `to-count` tells how many there are where some are left out.
std::string entry_json(const IndexEntry& entry) {
    std::vector<std::string> to;
    std::size_t to_bytes = 0;
    for (const std::string& name : entry.to) {
        to_bytes += armor::json_text(name).size() + 1;
        if (to_bytes > kMaxToBytes) break;
        to.push_back(name);
    }
    armor::JsonWriter json;
    json.text("_id", entry.id).text("from", entry.from).json("to", armor::json_texts(to));
    if (to.size() < entry.to.size()) json.number("to-count", entry.to.size());
    json.text("subject", shown_subject(entry.subject)).text("date", armor::time_text(entry.date));
    json.number("length", entry.length).json("flags", armor::json_texts(entry.flags));
    return json.text("mailbox", entry.mailbox).line();
}

std::string entry_text(const IndexEntry& entry) {
    return entry.id + " " + flag_list(entry.flags) + " " + std::to_string(entry.length) + " " +
           armor::time_text(entry.date) + " " + as_token(entry.from) + " " +
           as_quoted(shown_subject(entry.subject));
}

void reply_status(SessionCore& core, Slot& slot, const MailboxStatus& folders, const std::string& selector) {
    if (folders.empty()) return core.reply(slot, 240, "n=0");
    for (const FolderStatus& folder : folders) {
        const std::string line = as_token(folder.path + "::" + selector) +
                                 " u=" + std::to_string(folder.unread) + " t=" + std::to_string(folder.total);
        if (&folder == &folders.back())
            core.reply(slot, 240, line);
        else
            core.reply_more(slot, 240, line);
    }
}

Result<FetchForm> fetch_form(const Arguments& given) {
    const bool part = given.value("PART").has_value();
    if (part && given.has("+JSON")) return std::unexpected(refusal(400, "PART and +JSON exclude each other"));
    if (given.has("+PRETTY") && !given.has("+JSON"))
        return std::unexpected(refusal(400, "+PRETTY goes with +JSON"));
    if (part) return FetchForm::part;
    if (given.has("+PRETTY")) return FetchForm::json_pretty;
    return given.has("+JSON") ? FetchForm::json : FetchForm::mime;
}

int fetch_code(FetchForm form) {
    switch (form) {
        case FetchForm::json:
        case FetchForm::json_pretty: return 250;
        case FetchForm::mime: return 251;
        case FetchForm::part: return 252;
    }
    return 251;
}

}  // namespace

void mbox_check(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto place = selected_place(core, command.arguments.text(0));
    if (!place) return core.refuse(*slot, place.error());
    const auto selector = parse_selector(place->rest);
    if (!selector) return core.refuse(*slot, selector.error());
    const std::string text = place->rest.empty() ? "*" : place->rest;
    core.ask<MailboxStatus>(slot,
                            CheckMailbox{core.account, place->folder, text, *selector,
                                         command.arguments.has("+RECURSIVE"), place->owner},
                            [text](SessionCore& c, const SlotPtr& s, const MailboxStatus& folders) {
                                reply_status(c, *s, folders, text);
                            });
}

void mbox_index(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const Arguments& given = command.arguments;
    const auto place = selected_place(core, given.text(0));
    if (!place) return core.refuse(*slot, place.error());
    const auto selector = parse_selector(place->rest);
    if (!selector) return core.refuse(*slot, selector.error());
    const std::uint32_t most = core.services().limits.index_limit;
    const auto limit = given.value("LIMIT") ? parse_number(*given.value("LIMIT")) : most;
    if (!limit || *limit == 0) return core.refuse(*slot, refusal(400, "LIMIT is a number from 1"));
    IndexMailbox index{core.account,
                       place->folder,
                       *selector,
                       static_cast<std::uint32_t>(std::min<std::uint64_t>(*limit, most)),
                       std::string(given.value("AFTER").value_or("")),
                       place->owner};
    core.ask<IndexPage>(slot, std::move(index),
                        [json = given.has("+JSON")](SessionCore& c, const SlotPtr& s, const IndexPage& page) {
                            for (const IndexEntry& entry : page.entries)
                                c.reply_more(*s, 250, json ? entry_json(entry) : entry_text(entry));
                            std::string end = "n=" + std::to_string(page.entries.size());
                            if (!page.next.empty()) end += " next=" + page.next;
                            c.reply(*s, 250, end);
                        });
}

void mbox_fetch(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const Arguments& given = command.arguments;
    const auto form = fetch_form(given);
    if (!form) return core.refuse(*slot, form.error());
    const auto place = message_place(core, given.text(0));
    if (!place) return core.refuse(*slot, place.error());
    FetchMessage fetch{core.account,
                       place->folder,
                       place->rest,
                       *form,
                       std::string(given.value("PART").value_or("")),
                       !given.has("-READ"),
                       given.has("+REMOVE"),
                       core.compression,
                       place->owner};
    core.ask<Fetched>(
        slot, std::move(fetch), [form = *form](SessionCore& c, const SlotPtr& s, Fetched fetched) {
            std::string fields = form == FetchForm::part ? " TYPE " + as_token(fetched.type) : "";
            if (!fetched.lease.empty())
                fields += " lease=" + fetched.lease + " ttl=" + std::to_string(fetched.ttl.count());
            c.output.stream(s, std::move(fetched.source), fetch_code(form), std::move(fields));
        });
}

}  // namespace immp::bridge
