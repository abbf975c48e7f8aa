#include "component/asker.hpp"

#include <utility>

#include "component/xml_writer.hpp"

namespace immp::component {

Asker::Asker(std::string our_jid, Outlet& outlet, World& world)
    : our_jid_(std::move(our_jid)),
      outlet_(outlet),
      world_(world),
      table_(world.fresh_id),
      down_(Error{704, "XMPP link down", "not connected yet", std::chrono::seconds(5)}) {}

void Asker::ask(const Question& question, IqCallback done) {
    if (down_) {
        world_.defer([done = std::move(done), cause = *down_]() mutable { done(std::unexpected(cause)); });
        return;
    }
    const auto id = table_.add(question.to, world_.now() + question.patience, std::move(done));
    const auto type = question.kind == IqKind::get ? "get" : "set";
    outlet_.send(iq({type, id, our_jid_, question.to}, question.payload), question.lane);
}

void Asker::lost(std::string_view jid) {
    table_.fail_asked(jid,
                      Error{704, "XMPP link down", "the other domain's link was", std::chrono::seconds(1)});
}

void Asker::up() {
    down_.reset();
}

void Asker::down(const Error& cause) {
    down_ = cause;
    table_.fail_all(cause);
}

void Asker::take(Stanza answer) {
    if (table_.take(std::move(answer)) == IqTable::Match::unexpected)
        world_.log(bridge::LogLevel::debug, "link: an answer to no question, or not from the one asked");
}

}  // namespace immp::component
