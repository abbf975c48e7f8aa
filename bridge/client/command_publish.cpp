// immp publish create|to|list|admit|refuse|drop
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/outgoing.hpp"
#include "bridge/client/question.hpp"
#include "bridge/client/retrying.hpp"
#include "bridge/client/typed_content.hpp"
#include "bridge/client/typed_node.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxItemBytes = 4'194'304;

constexpr Remedy kNoSuchNode{404, "immp publish list shows your nodes"};
constexpr Remedy kNodeRemedies[] = {
    kNoSuchNode,
    {413, "immp publish list shows your nodes"},
};
constexpr Remedy kItemRemedies[] = {
    kNoSuchNode,
    kIdTaken,
    {413, "publish less or in several items"},
};
constexpr Remedy kSubscriberRemedies[] = {
    kNoSuchNode,
    {413, "immp publish list NODE shows them"},
};

struct Item {
    std::string node;
    std::string id;
    std::string subject;
    TypedContent content;
};

struct Published {
    bool before = false;   ///< an earlier try had come through
    std::string sequence;  ///< where it is told
};

Outcome<Item> read_item(Context& context, const Arguments& arguments) {
    const auto node = typed_node(arguments.text("node"));
    if (!node) return std::unexpected(node.error());
    const std::string subject = arguments.text("--subject");
    if (!is_header_text(subject) || subject.size() > kMaxSubjectBytes)
        return failed(ExitStatus::bad_input, "the subject is to be one line of at most 1000 octets");
    const auto id = new_id(arguments.text("--id"));
    if (!id) return std::unexpected(id.error());
    auto content = typed_content(context, arguments, kMaxItemBytes);
    if (!content) return std::unexpected(content.error());
    return Item{*node, *id, subject, *std::move(content)};
}

Outcome<Published> publish(Conversation& conversation, const Item& item) {
    std::string command = "PUBLISH TO " + as_token(item.node) + " ID " + item.id;
    if (!item.subject.empty()) command += " SUBJECT " + as_quoted(item.subject);
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    if (auto taken = conversation.expect(270); !taken) return std::unexpected(taken.error());
    if (auto sent = send_content(conversation, item.content.type, item.content.octets); !sent)
        return std::unexpected(sent.error());
    if (auto sent = conversation.send("DONE"); !sent) return std::unexpected(sent.error());
    const auto reply = conversation.expect_one_of({260, 409});
    if (!reply) return std::unexpected(reply.error());
    // 409 with our own id: an earlier try had come through (decisions, 5).
    if (reply->code == 409 && !reply->text.starts_with(item.id))
        return std::unexpected(refusal_failure(reply->error()));
    return Published{reply->code == 409, field_of(*reply, "sequence")};
}

void report(const Context& context, const Item& item, const Published& published) {
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("id", item.id).text("node", item.node);
        if (const auto number = parse_number(published.sequence)) json.number("sequence", *number);
        context.out << json.line() << '\n';
    } else if (published.before) {
        context.out << "The server has " << item.id << " already.\n";
    } else {
        context.out << "Item " << one_line(published.sequence) << " of " << one_line(item.node) << ", "
                    << item.id << '\n';
    }
}

void show_node(const Context& context, const Reply& reply, const std::string& node) {
    const bool is_open = field_of(reply, "open") == "yes";
    const auto number = [&](std::string_view key) { return parse_number(field_of(reply, key)).value_or(0); };
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("node", node)
            .text("title", field_of(reply, "title"))
            .json("open", is_open ? "true" : "false");
        json.number("items", number("items")).number("domains", number("domains"));
        context.out << json.number("waiting", number("waiting")).line() << '\n';
    } else {
        context.out << whole_column(node, kNameCharacters) << "  " << (is_open ? "open  " : "closed") << "  "
                    << number("items") << " items to " << number("domains") << " domains";
        if (number("waiting") != 0) context.out << ", " << number("waiting") << " waiting to be admitted";
        context.out << "  " << one_line(field_of(reply, "title")) << '\n';
    }
}

void show_person(const Context& context, const std::string& address, const std::string& state) {
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("subscriber", address).text("state", state).line() << '\n';
    else
        context.out << "  " << whole_column(address, kNameCharacters) << "  " << one_line(state) << '\n';
}

Done decide(Context& context, const Arguments& arguments, const std::string& verb, const std::string& done) {
    const auto node = typed_node(arguments.text("node"));
    if (!node) return std::unexpected(node.error());
    const auto address = parse_account(arguments.text("address"));
    if (!address) return std::unexpected(address.error());
    const std::string command = "PUBLISH " + verb + " " + as_token(*node) + " " + as_token(*address);
    const auto answer = ask(context, command, 200, kSubscriberRemedies);
    if (!answer) return std::unexpected(answer.error());
    show_person(context, *address, done);
    return ExitStatus::ok;
}

}  // namespace

Done run_publish_create(Context& context, const Arguments& arguments) {
    const auto node = typed_node(arguments.text("node"));
    if (!node) return std::unexpected(node.error());
    std::string command = "PUBLISH CREATE " + as_token(*node);
    if (arguments.has("--title")) command += " TITLE " + as_quoted(arguments.text("--title"));
    if (arguments.has("--description"))
        command += " DESCRIPTION " + as_quoted(arguments.text("--description"));
    if (arguments.has("--closed")) command += " -OPEN";
    const auto answer = ask(context, command, 261, kNodeRemedies);
    if (!answer && answer.error().code == 409)
        return failed(ExitStatus::bad_input, "there is such a node already; immp publish list shows it");
    if (!answer) return std::unexpected(answer.error());
    const auto words = words_of(answer->back());
    const std::string made = words.empty() ? *node : words.front();
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("node", made).line() << '\n';
    else
        context.out << "Created " << one_line(made) << ".\n";
    return ExitStatus::ok;
}

Done run_publish_to(Context& context, const Arguments& arguments) {
    const auto item = read_item(context, arguments);
    if (!item) return std::unexpected(item.error());
    const auto published = try_again(context, [&]() -> Outcome<Published> {
        auto conversation = enter(context);
        if (!conversation) return std::unexpected(conversation.error());
        return publish(*conversation, *item);
    });
    if (!published) {
        Failure failure = mended(published.error(), kItemRemedies);
        if (failure.status == ExitStatus::temporary) failure.text += " with --id " + item->id;
        return std::unexpected(failure);
    }
    report(context, *item, *published);
    return ExitStatus::ok;
}

Done run_publish_list(Context& context, const Arguments& arguments) {
    std::string command = "PUBLISH LIST";
    if (arguments.has("node")) {
        const auto node = typed_node(arguments.text("node"));
        if (!node) return std::unexpected(node.error());
        command += " " + as_token(*node);
    }
    const auto answer = ask(context, command, 262, kNodeRemedies);
    if (!answer) return std::unexpected(answer.error());
    for (const Reply& reply : *answer) {
        const auto words = words_of(reply);
        if (!words.empty() && !field_of(reply, "open").empty())
            show_node(context, reply, words.front());
        else if (words.size() == 2 && words[0].find('@') != std::string::npos)
            show_person(context, words[0], words[1]);
    }
    return ExitStatus::ok;
}

Done run_publish_admit(Context& context, const Arguments& arguments) {
    return decide(context, arguments, "ADMIT", "admitted");
}

Done run_publish_refuse(Context& context, const Arguments& arguments) {
    return decide(context, arguments, "REFUSE", "refused");
}

Done run_publish_drop(Context& context, const Arguments& arguments) {
    const auto node = typed_node(arguments.text("node"));
    if (!node) return std::unexpected(node.error());
    const auto answer = ask(context, "PUBLISH DROP " + as_token(*node), 244, kNodeRemedies);
    if (!answer) return std::unexpected(answer.error());
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("done", "removed").text("node", *node).line() << '\n';
    else
        context.out << "Removed " << one_line(*node) << ".\n";
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
