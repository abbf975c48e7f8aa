// Questions to other JIDs: an `iq` of ours out, its answer back to who asked.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "component/iq_table.hpp"
#include "component/outlet.hpp"

namespace immp::component {

enum class IqKind { get, set };

class Asker {
  public:
    /// `outlet` and `world` outlive it.
    Asker(std::string our_jid, Outlet& outlet, World& world);

    struct Question {
        IqKind kind = IqKind::get;
        std::string to;
        std::string payload;
        std::chrono::milliseconds patience{30'000};
        Lane lane = Lane::urgent;
    };
    /// `done` is called once, never before this returns: with the answer, or 720 after the patience, or 704.
    void ask(const Question& question, IqCallback done);

    /// What was asked of this JID will not be answered: it is ended with 704.
    void lost(std::string_view jid);

    void up();
    /// Ends all questions with `cause`, and those to come until up().
    void down(const Error& cause);

    /// An iq of type `result` or `error`; what answers no question is dropped.
    void take(Stanza answer);
    void expire() { table_.expire(world_.now()); }
    /// Whether a deadline may come.
    [[nodiscard]] bool waits() const { return table_.size() > 0; }

  private:
    std::string our_jid_;
    Outlet& outlet_;
    World& world_;
    IqTable table_;
    std::optional<Error> down_;
};

}  // namespace immp::component
