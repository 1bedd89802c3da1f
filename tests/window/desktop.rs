//! The desktop around the app, as its window system knows it: which window is in front, what a keyboard types into it, and
//! files that another program drags onto one.

use std::path::Path;

use testkit::{eventually, within};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent,
    SelectionRequestEvent, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE};

use crate::app::SOON;

/// The version of the drag protocol (XDND) that is spoken.
const VERSION: u32 = 5;
/// The keys that are no characters.
const RETURN: u32 = 0xff0d;
const SHIFT: u32 = 0xffe1;

x11rb::atom_manager! {
    /// Words of the window system.
    Words: WordsCookie {
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndLeave,
        XdndPosition,
        XdndSelection,
        XdndStatus,
        _NET_ACTIVE_WINDOW,
        _NET_WM_NAME,
        UTF8_STRING,
        FILES: b"text/uri-list",
    }
}

/// The desktop that the app's windows are on.
pub(crate) struct Desktop {
    connection: RustConnection,
    root: Window,
    words: Words,
}

/// A file on its way from this program into a window.
pub(crate) struct Drag<'a> {
    desktop: &'a Desktop,
    source: Window,
    target: Window,
    /// What is dragged, as programs tell each other.
    files: String,
    /// Whether the other side has not yet said what it thinks of the place.
    asked: bool,
    given: bool,
    welcome: bool,
}

impl Desktop {
    pub(crate) fn open() -> Desktop {
        let (connection, screen) = x11rb::connect(None).unwrap();
        let root = connection.setup().roots[screen].root;
        let words = Words::new(&connection).unwrap().reply().unwrap();
        Desktop {
            connection,
            root,
            words,
        }
    }

    /// Waits until a window of this title is in front.
    pub(crate) async fn is_in_front(&self, title: &str) {
        let in_front = async || (self.title_in_front()? == title).then_some(());
        if eventually(SOON, in_front).await.is_none() {
            let (front, all) = (self.title_in_front(), self.below(self.root));
            let all: Vec<_> = all.iter().filter_map(|&one| self.title(one)).collect();
            panic!("`{title}` does not come to the front: {front:?} of {all:?}");
        }
    }

    /// Types a line into the window of this title, which has to be in front, which takes it and goes.
    pub(crate) async fn answer(&self, title: &str, line: &str) {
        self.is_in_front(title).await;
        for character in line.chars() {
            self.press(u32::from(character));
        }
        let gone = async || (self.title_in_front().as_deref() != Some(title)).then_some(());
        // What completes a line while it is typed may take the first for itself.
        for _ in 0..2 {
            self.press(RETURN);
            if eventually(SOON / 2, gone).await.is_some() {
                return;
            }
        }
        panic!("`{title}` did not take `{line}`");
    }

    /// Drags a file or folder from another program onto the window of this title, and lets go of it there.
    pub(crate) async fn drop_on(&self, title: &str, path: &Path) {
        let mut drag = self.drag_over(title, path).await;
        drag.say(self.words.XdndDrop, [0, CURRENT_TIME, 0, 0]);
        let taken = async || drag.hears().then_some(());
        within("what is dropped is taken", SOON, taken).await;
    }

    /// Drags a file or folder from another program over the window of this title, which welcomes it.
    pub(crate) async fn drag_over(&self, title: &str, path: &Path) -> Drag<'_> {
        let target = within(format!("`{title}` takes files"), SOON, async || {
            let all = self.below(self.root);
            all.into_iter().find(|&window| {
                self.takes_files(window) && self.title(window).as_deref() == Some(title)
            })
        })
        .await;
        let mut drag = self.drag(target, path);
        let welcomed = async || drag.is_welcome().then_some(());
        within("what is dragged is welcome", SOON, welcomed).await;
        drag
    }

    fn drag(&self, target: Window, path: &Path) -> Drag<'_> {
        let source = self.connection.generate_id().unwrap();
        self.connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                source,
                self.root,
                0,
                0,
                1,
                1,
                0,
                WindowClass::INPUT_OUTPUT,
                COPY_FROM_PARENT,
                &CreateWindowAux::new(),
            )
            .unwrap();
        let selection = self.words.XdndSelection;
        self.connection
            .set_selection_owner(source, selection, CURRENT_TIME)
            .unwrap();
        let address = reqwest::Url::from_file_path(path).unwrap();
        let drag = Drag {
            desktop: self,
            source,
            target,
            files: format!("{address}\r\n"),
            asked: false,
            given: false,
            welcome: false,
        };
        drag.say(
            self.words.XdndEnter,
            [VERSION << 24, self.words.FILES, NONE, NONE],
        );
        drag
    }

    /// The title of the window that has the keyboard.
    fn title_in_front(&self) -> Option<String> {
        let front = self.property(self.root, self.words._NET_ACTIVE_WINDOW, AtomEnum::WINDOW)?;
        let bytes: [u8; 4] = front.get(..4)?.try_into().ok()?;
        self.title(u32::from_ne_bytes(bytes))
    }

    fn title(&self, window: Window) -> Option<String> {
        let title = self.property(window, self.words._NET_WM_NAME, self.words.UTF8_STRING)?;
        String::from_utf8(title).ok()
    }

    fn takes_files(&self, window: Window) -> bool {
        let aware = self.property(window, self.words.XdndAware, AtomEnum::ATOM);
        aware.is_some_and(|version| !version.is_empty())
    }

    /// What a window says of itself; none where it says nothing, or is gone by now.
    fn property(&self, window: Window, name: u32, kind: impl Into<u32>) -> Option<Vec<u8>> {
        let asked = self
            .connection
            .get_property(false, window, name, kind, 0, 1024);
        let property = asked.unwrap().reply().ok()?;
        (property.type_ != NONE).then_some(property.value)
    }

    /// A window's children with all of theirs.
    fn below(&self, window: Window) -> Vec<Window> {
        let Ok(tree) = self.connection.query_tree(window).unwrap().reply() else {
            return Vec::new();
        };
        let below = tree.children.iter().flat_map(|&child| self.below(child));
        tree.children.iter().copied().chain(below).collect()
    }

    /// Presses and releases a key: that of a character, or of another symbol.
    fn press(&self, symbol: u32) {
        let (key, shifted) = self.key_of(symbol);
        let (shift, _) = self.key_of(SHIFT);
        let turn = |kind: u8, key: u8| {
            let sent = self
                .connection
                .xtest_fake_input(kind, key, CURRENT_TIME, NONE, 0, 0, 0);
            sent.unwrap().check().unwrap();
        };
        if shifted {
            turn(KEY_PRESS_EVENT, shift);
        }
        turn(KEY_PRESS_EVENT, key);
        turn(KEY_RELEASE_EVENT, key);
        if shifted {
            turn(KEY_RELEASE_EVENT, shift);
        }
    }

    /// The key that gives a symbol, and whether with shift.
    fn key_of(&self, symbol: u32) -> (u8, bool) {
        let setup = self.connection.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let asked = self
            .connection
            .get_keyboard_mapping(first, last - first + 1);
        let keys = asked.unwrap().reply().unwrap();
        let rows = keys.keysyms.chunks(usize::from(keys.keysyms_per_keycode));
        let mut found = (first..=last).zip(rows).filter_map(|(key, row)| {
            let place = row.iter().take(2).position(|&there| there == symbol)?;
            Some((key, place == 1))
        });
        found
            .next()
            .unwrap_or_else(|| panic!("no key gives {symbol:#x}"))
    }
}

impl Drag<'_> {
    /// Goes elsewhere with what is dragged.
    pub(crate) fn leave(self) {
        self.say(self.desktop.words.XdndLeave, [0, 0, 0, 0]);
    }

    /// Whether it may be let go by now: nobody does over what does not welcome it, and no program takes what it has not
    /// looked at.
    fn is_welcome(&mut self) -> bool {
        self.hears();
        let welcome = self.welcome && self.given;
        if !self.asked && !welcome {
            self.asked = true;
            let words = self.desktop.words;
            self.say(
                words.XdndPosition,
                [0, self.middle(), CURRENT_TIME, words.XdndActionCopy],
            );
        }
        welcome
    }

    /// Answers what the other side asked by now; whether it has taken what was let go.
    fn hears(&mut self) -> bool {
        let words = self.desktop.words;
        while let Some(event) = self.desktop.connection.poll_for_event().unwrap() {
            match event {
                Event::SelectionRequest(request) => self.give(&request),
                Event::ClientMessage(told) if told.type_ == words.XdndStatus => {
                    self.asked = false;
                    self.welcome = told.data.as_data32()[1] & 1 == 1;
                }
                Event::ClientMessage(told) if told.type_ == words.XdndFinished => return true,
                _ => {}
            }
        }
        false
    }

    /// Gives what is dragged to who asks for it.
    fn give(&mut self, request: &SelectionRequestEvent) {
        let (connection, words) = (&self.desktop.connection, self.desktop.words);
        let known = request.target == words.FILES;
        if known {
            let (who, place) = (request.requestor, request.property);
            let bytes = self.files.as_bytes();
            let given =
                connection.change_property8(PropMode::REPLACE, who, place, words.FILES, bytes);
            given.unwrap();
            self.given = true;
        }
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if known { request.property } else { NONE },
        };
        let sent = connection.send_event(false, request.requestor, EventMask::NO_EVENT, answer);
        sent.unwrap().check().unwrap();
    }

    /// The middle of the target, as the protocol packs places of the screen.
    fn middle(&self) -> u32 {
        let (connection, root) = (&self.desktop.connection, self.desktop.root);
        let size = connection
            .get_geometry(self.target)
            .unwrap()
            .reply()
            .unwrap();
        let (x, y) = ((size.width / 2) as i16, (size.height / 2) as i16);
        let asked = connection.translate_coordinates(self.target, root, x, y);
        let place = asked.unwrap().reply().unwrap();
        let part = |at: i16| u32::from(at.max(0).unsigned_abs());
        part(place.dst_x) << 16 | part(place.dst_y)
    }

    fn say(&self, word: u32, rest: [u32; 4]) {
        let data = [self.source, rest[0], rest[1], rest[2], rest[3]];
        let message = ClientMessageEvent::new(32, self.target, word, data);
        let connection = &self.desktop.connection;
        let sent = connection.send_event(false, self.target, EventMask::NO_EVENT, message);
        sent.unwrap().check().unwrap();
    }
}

impl Drop for Drag<'_> {
    fn drop(&mut self) {
        // A test that failed leaves the desktop as it may.
        let _ = self.desktop.connection.destroy_window(self.source);
        let _ = self.desktop.connection.flush();
    }
}
