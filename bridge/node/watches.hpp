// Who waits for a change of a folder: MBOX WATCH is woken by the commit itself. All on the I/O thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bridge/session/host.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

class FolderWatch;

/// All watches of a node, by folder.
class Watches {
  public:
    void add(FolderId folder, std::weak_ptr<FolderWatch> watch);
    /// What the store tells after each commit. Costs nothing for folders that nobody watches.
    void on_changed(const std::vector<FolderId>& folders);
    /// Of somebody else's commit (immpd's other commands): all look again.
    void look_again();
    /// How many there are, those that ended and were not swept out yet included.
    [[nodiscard]] std::size_t size() const { return watches_.size(); }

  private:
    std::multimap<FolderId, std::weak_ptr<FolderWatch>> watches_;
};

/// One watch of one session. However many commits change the folder between two questions, the next answer is
/// one, read when it is given.
class FolderWatch : public std::enable_shared_from_this<FolderWatch> {
  public:
    /// Store and watches outlive it.
    FolderWatch(Store& store, Watches& watches) : store_(store), watches_(watches) {}
    ~FolderWatch() { end(); }

    /// WatchFolder: one at a time.
    void ask(const WatchFolder& request, SessionHost::AnswerDone done);
    void on_change();
    /// An open question is answered with 410.
    void end();

  private:
    void find();
    void tell();
    void answer(Answer given);

    Store& store_;
    Watches& watches_;
    WatchFolder request_;
    FolderId folder_ = 0;     ///< 0: not found yet
    bool is_changed_ = true;  ///< since what was told last
    bool is_reading_ = false;
    SessionHost::AnswerDone waiting_;
};

}  // namespace immp::bridge
