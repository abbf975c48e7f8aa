// The FaultyDisk as SQLite sees it: its default VFS, in front of the real one.
#pragma once

namespace immp::test {

class FaultyDisk;

/// One at a time.
void put_in_front(FaultyDisk& disk);
void take_away();

}  // namespace immp::test
