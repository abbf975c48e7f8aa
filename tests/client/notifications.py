"""A desktop's notification server (org.freedesktop.Notifications 1.2) for tests: says each note as a line of JSON on standard output,
and presses the button that a line `<note> <action>` on standard input names. It fails to show what asks for it: "Refuse this"."""

import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = "org.freedesktop.Notifications"


def say(what):
    print(json.dumps(what, ensure_ascii=False), flush=True)


class Notifications(dbus.service.Object):
    shown = 0

    @dbus.service.method(NAME, in_signature="", out_signature="as")
    def GetCapabilities(self):
        return ["actions", "body", "body-markup"]

    @dbus.service.method(NAME, in_signature="", out_signature="ssss")
    def GetServerInformation(self):
        return "tests", "immp", "1", "1.2"

    @dbus.service.method(NAME, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, program, replaces, icon, title, text, actions, hints, timeout):
        if "Refuse this" in text:
            raise dbus.DBusException("not now", name=f"{NAME}.Failed")
        self.shown += 1
        say({"note": self.shown, "program": str(program), "title": str(title), "text": str(text),
             "actions": [str(action) for action in actions], "urgency": int(hints.get("urgency", 1))})
        return self.shown

    @dbus.service.method(NAME, in_signature="u", out_signature="")
    def CloseNotification(self, note):
        self.NotificationClosed(note, 3)

    @dbus.service.signal(NAME, signature="us")
    def ActionInvoked(self, note, action):
        pass

    @dbus.service.signal(NAME, signature="uu")
    def NotificationClosed(self, note, reason):
        pass

    def press(self, source, _):
        line = source.readline()
        if not line:
            return False
        note, action = line.split()
        self.ActionInvoked(dbus.UInt32(int(note)), action)
        return True


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    name = dbus.service.BusName(NAME, bus)
    server = Notifications(bus, "/org/freedesktop/Notifications")
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, server.press)
    say({"ready": name.get_name()})
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
