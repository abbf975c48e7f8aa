// Where SQLite's savepoints go when they outgrow their block of memory: a file without a name, written in
// pieces. SQLite writes the whole block there at once, of which its Unix layer takes 17 bits of the length
// (seekAndWriteFd): of 16 MiB it writes nothing, and says that the disk is full.
#pragma once

namespace immp::bridge {

/// The name of a SQLite VFS that is the process's default one in all but that; made where it isn't there yet.
/// From any thread.
[[nodiscard]] const char* spilling_vfs();

}  // namespace immp::bridge
