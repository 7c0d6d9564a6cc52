"""The closed vocabulary of the log: everything that Dadkhah records, each with one sentence for a lawyer."""

from django.utils.translation import gettext_lazy as _

from audit.action_groups import GROUPS, Group
from audit.worded import Worded


class Action(Worded):
    """What was done. A value, once written, is never reused with another meaning."""

    @property
    def group(self) -> Group:
        """The group that the action stands in."""
        return GROUPS[self.value.partition(".")[0]]

    # People and access
    ACCOUNT_CREATED = "account.created", _("An account was created.")
    ACCOUNT_CLOSED = "account.closed", _("An account was closed; its person can sign in no more.")
    PASSWORD_CHANGED = "account.password_changed", _("A person changed their own password.")
    ROLE_GRANTED = "account.role_granted", _("A person was given a role.")
    SIGNED_IN = "account.signed_in", _("A person signed in.")
    SIGN_IN_FAILED = "account.sign_in_failed", _("Somebody tried to sign in and failed.")
    SIGNED_OUT = "account.signed_out", _("A person signed out.")
    LOCKED_OUT = "account.locked_out", _("Sign-in was locked for a while after repeated failures.")
    STEP_UP_FAILED = "access.step_up_failed", _("A person who was signed in gave a wrong current password.")
    ACCESS_REFUSED = (
        "access.refused",
        _("A person asked for something that they may not do or see, and was refused."),
    )

    # Cases
    CASE_OPENED = "case.opened", _("A case was opened.")
    MEMBER_ADDED = "case.member_added", _("A person became a member of a case.")
    MEMBER_REMOVED = "case.member_removed", _("A person ceased to be a member of a case.")
    PERSON_REGISTERED = "person.registered", _("A person was entered in the register.")
    PERSON_NAMED = "person.named", _("A name was added to a registered person.")
    PERSON_INVOLVED = "person.involved", _("A registered person was given a part in a case.")
    PLACE_REGISTERED = "place.registered", _("A place was entered in the register.")
    INCIDENT_RECORDED = "incident.recorded", _("An incident was recorded in a case.")

    # Evidence
    RECEIPT_GIVEN = "intake.receipt_given", _("A person was given the receipt of a delivery.")
    INTAKE_STARTED = "intake.started", _("The taking in of a delivery of evidence began.")
    UPLOAD_BEGUN = "intake.upload_begun", _("The sending of a file in parts began.")
    UPLOAD_TAKEN_IN = (
        "intake.upload_taken_in",
        _("A file that was sent in parts was put together, compared and taken in."),
    )
    UPLOAD_REFUSED = (
        "intake.upload_refused",
        _("A file that was sent in parts was not what was announced or was damaged, and was not taken in."),
    )
    UPLOAD_CALLED_OFF = (
        "intake.upload_called_off",
        _("A person called off the sending of a file; what had arrived of it was removed."),
    )
    UPLOAD_EXPIRED = (
        "intake.upload_expired",
        _("A file that nobody went on sending for a week was let go; what had arrived of it was removed."),
    )
    EVIDENCE_RECEIVED = "evidence.received", _("An exhibit was received and stored.")
    ACQUISITION_RECORDED = "evidence.acquisition_recorded", _("How an exhibit was acquired was recorded.")
    ONLINE_CAPTURE_RECORDED = (
        "evidence.online_capture_recorded",
        _("How an exhibit was captured online was recorded."),
    )
    COLLECTOR_TRACE_RECORDED = (
        "evidence.collector_trace_recorded",
        _("What leads to who captured an exhibit online was recorded."),
    )
    COLLECTOR_TRACE_READ = (
        "evidence.collector_trace_read",
        _("A person read what leads to who captured an exhibit online."),
    )
    EVIDENCE_IDENTIFIED = (
        "evidence.format_identified",
        _("The format of an exhibit was identified from its content."),
    )
    INSPECTION_RETRIED = (
        "evidence.inspection_retried",
        _("A person had the format of an exhibit looked at again."),
    )
    DERIVATIVES_ASKED = (
        "evidence.derivatives_asked",
        _("It was noted which copies for looking at are to be made of an exhibit."),
    )
    DERIVATIVE_MADE = (
        "evidence.derivative_made",
        _("A program made something of an exhibit: an image, a text, a copy for playing."),
    )
    DERIVATIVE_NOT_MADE = (
        "evidence.derivative_not_made",
        _("A program could not make something of an exhibit, or found nothing; the exhibit says why."),
    )
    DERIVATIVE_WIDENED = (
        "evidence.derivative_widened",
        _("A person had a file that was passed over looked into all the same, with wider limits or as text."),
    )
    DERIVATIVE_RETRIED = (
        "evidence.derivative_retried",
        _("A person had something that was not made of an exhibit tried again."),
    )
    DERIVATIVE_READ = (
        "evidence.derivative_read",
        _("A person looked at something that was made of an exhibit."),
    )
    DERIVATIVE_DOWNLOADED = (
        "evidence.derivative_downloaded",
        _("A person downloaded something that was made of an exhibit."),
    )
    DERIVATIVE_ADDED = (
        "evidence.derivative_added",
        _("A person added what was made of an exhibit: a copy, a redaction, a translation or a transcript."),
    )
    FOUND_VALUES_READ = (
        "evidence.found_values_read",
        _("A person read where, when and by whom an exhibit says that it was made."),
    )
    CAPTURE_CHECKED = (
        "evidence.capture_checked",
        _("A web capture was read and held against what it states of itself."),
    )
    CONTENTS_ASKED = "evidence.contents_asked", _("A person asked what is inside an exhibit.")
    CONTENTS_LISTED = (
        "evidence.contents_listed",
        _("What is inside an exhibit was listed, or could not be."),
    )
    MEMBERS_ASKED = (
        "evidence.members_asked",
        _("A person asked for files inside an exhibit to become exhibits of their own."),
    )
    MEMBERS_TAKEN_OUT = (
        "evidence.members_taken_out",
        _("The taking out of files from inside an exhibit came to its end."),
    )
    EVIDENCE_VIEWED = "evidence.viewed", _("A person opened the page of an exhibit.")
    CUSTODY_READ = "evidence.custody_read", _("An auditor opened the custody of an exhibit.")
    EVIDENCE_DOWNLOADED = "evidence.downloaded", _("A person downloaded the original of an exhibit.")
    EVIDENCE_LINKED = (
        "evidence.linked",
        _("An exhibit was linked to a case, a person, an incident or a place."),
    )
    TRANSFER_OFFERED = "evidence.transfer_offered", _("A person offered to hand an exhibit over to somebody.")
    TRANSFER_ACCEPTED = (
        "evidence.transfer_accepted",
        _("An exhibit was taken over by the person to whom it was offered."),
    )
    TRANSFER_REFUSED = (
        "evidence.transfer_refused",
        _("A person refused to take over an exhibit that was offered to them."),
    )
    TRANSFER_WITHDRAWN = (
        "evidence.transfer_withdrawn",
        _("A person took back their offer to hand an exhibit over."),
    )
    EVIDENCE_RETURNED = "evidence.returned", _("An exhibit came back from somebody who had it.")
    EVIDENCE_CHECKED_OUT = (
        "evidence.checked_out",
        _("An exhibit was given out for a time; whoever holds it still answers for it."),
    )
    EVIDENCE_MOVED = "evidence.moved", _("An exhibit was moved to another place.")
    EVIDENCE_SEALED = "evidence.sealed", _("A seal was put on an exhibit.")
    SEAL_OPENED = "evidence.seal_opened", _("The seal of an exhibit was opened.")
    SEAL_CONFIRMED = (
        "evidence.seal_confirmed",
        _("A second person confirmed the sealing of an exhibit, or the opening of its seal."),
    )
    HAND_OVER_CONFIRMED = (
        "evidence.hand_over_confirmed",
        _("A second person confirmed that somebody without an account took an exhibit, or brought it back."),
    )
    COLLECTION_RECORDED = (
        "evidence.collection_recorded",
        _("It was recorded who collected an exhibit, before it was received."),
    )
    CUSTODY_CORRECTED = (
        "evidence.custody_corrected",
        _("A person recorded what is wrong in the custody of an exhibit; the old row stays."),
    )
    HOLD_PLACED = "evidence.hold_placed", _("A legal hold was put on an exhibit; nobody can dispose of it.")
    HOLD_RELEASED = "evidence.hold_released", _("A legal hold on an exhibit was released.")
    DISPOSAL_REQUESTED = "evidence.disposal_requested", _("A person asked for an exhibit to be disposed of.")
    DISPOSAL_REFUSED = (
        "evidence.disposal_refused",
        _("A person decided that an exhibit is kept, or took back the request to dispose of it."),
    )
    ERASURE_REQUESTED = (
        "evidence.erasure_requested",
        _("A person asked for words in the record of an exhibit to be erased."),
    )
    ERASURE_APPROVED = (
        "evidence.erasure_approved",
        _("A second person approved the erasure of words in the record of an exhibit."),
    )
    ERASURE_REFUSED = (
        "evidence.erasure_refused",
        _("Words in the record of an exhibit stay: a request to erase them was turned down or taken back."),
    )
    EVIDENCE_DISPOSED = "evidence.disposed", _("Two people disposed of an exhibit; its record stays.")
    OBJECT_REMOVED = (
        "vault.object_removed",
        _("The bytes of an exhibit that was disposed of were removed from the store."),
    )
    REMOVAL_CANCELLED = (
        "vault.removal_cancelled",
        _("Bytes that were to be removed are needed again, and stay."),
    )
    CERTIFICATE_PRINTED = (
        "evidence.certificate_printed",
        _("A person printed the custody certificate of an exhibit."),
    )
    CUSTODY_GAPS_READ = (
        "evidence.custody_gaps_read",
        _("Gaps in the custody of exhibits were looked for, and a person read what was found."),
    )
    FIXITY_CHECKED = (
        "evidence.fixity_checked",
        _("A stored exhibit was read again in full and was unchanged."),
    )
    FIXITY_FAILED = (
        "evidence.fixity_failed",
        _("A stored exhibit was read again and found changed or missing."),
    )
    FIXITY_SCRUBBED = (
        "vault.scrubbed",
        _("Stored files were read again without a key, and their bytes were those that were stored."),
    )
    FIXITY_ROUND_BEGUN = (
        "vault.fixity_round_begun",
        _("The reading again of all stored files that are due began."),
    )
    FIXITY_ROUND_ENDED = (
        "vault.fixity_round_ended",
        _("The reading again of stored files came to its end; its report is fixed by a digest."),
    )
    FIXITY_REPORT_TAKEN = (
        "vault.fixity_report_taken",
        _("A person took out the report of a reading again of stored files."),
    )
    DIGEST_ADDED = (
        "vault.digest_added",
        _(
            "A stored file was given a digest by another algorithm, in the same reading that verified the old one."
        ),
    )
    FIXITY_ALARM_RAISED = (
        "vault.alarm_raised",
        _(
            "A stored file was found changed, cut short, missing or unreadable, or the store was not reachable."
        ),
    )
    FIXITY_ALARM_CLOSED = (
        "vault.alarm_closed",
        _("A person closed an alarm about stored files, and said why."),
    )
    VAULT_KEY_CHANGE_BEGUN = "vault.key_change_begun", _("The changing of the vault's key began or went on.")
    OBJECT_SEALED_ANEW = (
        "vault.object_sealed_anew",
        _("A stored file was given to the vault's new key; its content was read and is the same."),
    )
    VAULT_KEY_ROTATED = (
        "vault.key_rotated",
        _("The vault's key was changed; the old one opens nothing on record any more."),
    )
    REGISTER_EXPORTED = "evidence.register_exported", _("A person took out a list of exhibits.")
    VIEW_SAVED = "evidence.view_saved", _("A person saved a view of the register for themselves.")
    VIEW_REMOVED = "evidence.view_removed", _("A person removed a saved view of theirs.")
    EVIDENCE_DISCLOSED = "evidence.disclosed", _("An exhibit left in a dossier.")
    EVIDENCE_PACKED = "evidence.packed", _("An exhibit was packed into a dossier.")

    # Witnesses
    CUSTODIAN_ENROLLED = "witness.custodian_enrolled", _("A custodian of identities was enrolled.")
    CUSTODIAN_VOUCHED = (
        "witness.custodian_vouched",
        _("A custodian gave their word, after comparing it by voice, that a new key is the person's own."),
    )
    CUSTODIAN_KEY_ADMITTED = (
        "witness.custodian_key_admitted",
        _("From here on, identities are sealed to this key of a custodian too."),
    )
    CUSTODIAN_TURNED_AWAY = (
        "witness.custodian_turned_away",
        _("A custodian refused to let a new key in, with a reason."),
    )
    CUSTODIAN_PASSPHRASE_CHANGED = (
        "witness.custodian_passphrase_changed",
        _("A custodian changed the passphrase of their key."),
    )
    CUSTODIAN_KEY_ROTATED = (
        "witness.custodian_key_rotated",
        _("A custodian changed to a new key and sealed their shares to it."),
    )
    CUSTODIAN_KEY_LOST = "witness.custodian_key_lost", _("A custodian's passphrase was said to be lost.")
    CUSTODIAN_KEY_FOUND = (
        "witness.custodian_key_found",
        _("A custodian proved that a passphrase which was said to be lost is known."),
    )
    CUSTODIAN_KEY_ERASED = (
        "witness.custodian_key_erased",
        _("The private key of a custodian was erased, for nothing is sealed to it any more."),
    )
    CUSTODIAN_REMOVED = "witness.custodian_removed", _("A custodian was removed at once.")
    CUSTODIAN_REINSTATED = "witness.custodian_reinstated", _("A removed custodian was brought back.")
    WITNESS_REGISTERED = (
        "witness.registered",
        _("A witness was registered under a pseudonym and the identity sealed."),
    )
    IDENTITY_REVISED = (
        "witness.identity_revised",
        _("A new version of the identity of a witness was sealed, with a reason."),
    )
    OPENING_REQUESTED = "witness.opening_requested", _("A person asked to see the identity of a witness.")
    EMERGENCY_REQUESTED = (
        "witness.emergency_requested",
        _("A person asked to see the identity of a witness at once, because of a danger to life."),
    )
    EMERGENCY_REVIEWED = (
        "witness.emergency_reviewed",
        _("A person who took no part reviewed whether an identity had to be shown for a danger to life."),
    )
    OPENING_QUOTA_MET = (
        "witness.quota_met",
        _("A person asked for more identities within a day than are allowed, and was refused."),
    )
    BURST_ALARM = (
        "witness.burst_alarm",
        _("So many identities were asked for or shown, or codes got wrong, that an alarm was raised."),
    )
    ALARM_SEEN = "witness.alarm_seen", _("A custodian or an auditor saw an alarm of the witness vault.")
    OPENING_APPROVED = "witness.opening_approved", _("A custodian approved the opening of an identity.")
    OPENING_REFUSED = "witness.opening_refused", _("A custodian refused the opening of an identity.")
    IDENTITY_OPENED = (
        "witness.identity_opened",
        _("The identity of a witness was shown once to the person who asked."),
    )
    OPENING_EXPIRED = "witness.opening_expired", _("A request to see an identity ran out of time.")
    OPENING_WITHDRAWN = "witness.opening_withdrawn", _("A person took back their request to see an identity.")
    PASSPHRASE_FAILED = "witness.passphrase_failed", _("A person gave a wrong passphrase or opening code.")

    PASSPHRASE_LOCKED = (
        "witness.passphrase_locked",
        _("A person was kept from trying another passphrase or opening code after repeated failures."),
    )
    QUORUM_REQUESTED = (
        "witness.quorum_requested",
        _("A person asked a quorum of custodians for an act over sealed identities that shows none of them."),
    )
    QUORUM_APPROVED = "witness.quorum_approved", _("A custodian approved such an act.")
    QUORUM_REFUSED = "witness.quorum_refused", _("A custodian refused such an act.")
    QUORUM_WITHDRAWN = "witness.quorum_withdrawn", _("A person took back their request for such an act.")
    QUORUM_EXPIRED = "witness.quorum_expired", _("A request for such an act ran out of time.")
    IDENTITIES_HELD = (
        "witness.identities_held",
        _("The identities of a case were held in memory for one check of a package and shown to nobody."),
    )
    IDENTITIES_COMPARED = (
        "witness.identities_compared",
        _("Identities were compared in memory, to find one person under two pseudonyms; nobody saw a name."),
    )
    DUPLICATES_SHOWN = (
        "witness.duplicates_shown",
        _("The pseudonyms that may be one person were shown once to the custodian who had asked."),
    )
    IDENTITY_RESEALED = (
        "witness.identity_resealed",
        _("An identity was sealed anew to the custodians of today, and the old seal erased; nobody saw it."),
    )
    RESEALING_ENDED = (
        "witness.resealing_ended",
        _("The sealing anew of identities came to its end."),
    )
    DRILL_PASSED = "witness.drill_passed", _("A quorum of custodians opened a test record, as a drill.")
    DRILL_FAILED = "witness.drill_failed", _("A drill failed: the test record did not open as it was sealed.")
    KIT_PROPOSED = "witness.kit_proposed", _("A custodian proposed a recovery kit to the others.")
    KIT_INSTALLED = (
        "witness.kit_installed",
        _("A quorum of custodians confirmed a recovery kit; identities are sealed to it from now on."),
    )
    KIT_NOT_INSTALLED = (
        "witness.kit_not_installed",
        _("A recovery kit was not installed: the quorum's test record did not open as it was sealed."),
    )
    KIT_TEST_MADE = (
        "witness.kit_test_made",
        _("A person had a test record made for a rehearsal of the recovery kit."),
    )
    KIT_REHEARSED = (
        "witness.kit_rehearsed",
        _("Sheets of the recovery kit opened a test record, as a rehearsal."),
    )
    KIT_EXPORTED = (
        "witness.kit_exported",
        _("Sealed identities were written, still sealed, into a file for the recovery kit."),
    )
    KIT_RECOVERED = (
        "witness.kit_recovered",
        _(
            "Identities that the recovery kit opened were sealed anew to the custodians of today; nobody saw them."
        ),
    )
    WITNESS_VIEWED = "witness.viewed", _("A person opened the page of a witness, under the pseudonym.")
    REGISTER_LISTED = "witness.register_listed", _("A person opened the list of the witnesses of a case.")
    REGISTER_SEARCHED = (
        "witness.register_searched",
        _("A person searched the register of the witnesses of a case."),
    )
    DEPENDENCE_DECLARED = (
        "witness.dependence_declared",
        _("It was recorded that an exhibit depends on a witness."),
    )
    DEPENDENCE_ENDED = (
        "witness.dependence_ended",
        _("It was recorded that an exhibit does not depend on a witness after all."),
    )
    CONSENT_RECORDED = (
        "witness.consent_recorded",
        _("It was recorded to what a witness consents."),
    )
    CONSENT_WITHDRAWN = (
        "witness.consent_withdrawn",
        _("It was recorded that a witness took consent back; it holds at once."),
    )
    CONSENT_FORM_PRINTED = (
        "witness.consent_form_printed",
        _("A person printed a form of consent, empty or as it was answered."),
    )

    INTERVIEW_OPENED = (
        "witness.interview_opened",
        _("An interview was entered in the register of a witness’s interviews."),
    )
    INTERVIEW_RECORDED = (
        "witness.interview_recorded",
        _("What became of an interview was recorded, or corrected; the record before stays."),
    )
    NOTE_WRITTEN = (
        "witness.note_written",
        _("A plain note of an interview was written or corrected; the version before stays."),
    )
    NOTE_SEALED = (
        "witness.note_sealed",
        _("A note of an interview was sealed to the custodians, as an identity is."),
    )
    NOTE_REQUESTED = (
        "witness.note_requested",
        _("A person asked to see a sealed note of an interview."),
    )
    NOTE_OPENED = (
        "witness.note_opened",
        _("A sealed note of an interview was shown once to the person who asked."),
    )
    STATEMENT_RECORDED = (
        "witness.statement_recorded",
        _("It was recorded, or corrected, that an exhibit is the statement of a witness."),
    )
    INTERVIEWS_READ = (
        "witness.interviews_read",
        _("A person read the interviews and statements of a witness, or the plans of a case for interviews."),
    )
    RISK_ASSESSED = (
        "witness.risk_assessed",
        _("The danger to a witness was assessed, and what follows for contact and disclosure."),
    )
    MEASURE_RECORDED = "witness.measure_recorded", _("A measure that protects a witness was recorded.")
    THREAT_RECORDED = (
        "witness.threat_recorded",
        _("A threat or a reprisal against a witness or people near them was recorded, or corrected."),
    )
    DANGER_REQUESTED = (
        "witness.danger_requested",
        _("A person asked to see sealed words about the danger to a witness."),
    )
    DANGER_OPENED = (
        "witness.danger_opened",
        _("Sealed words about the danger to a witness were shown once to the person who asked."),
    )
    REFERRAL_RECORDED = "witness.referral_recorded", _("It was recorded that help was offered to a witness.")
    REFERRAL_ANSWERED = (
        "witness.referral_answered",
        _("It was recorded what became of help that was offered to a witness."),
    )
    RISK_READ = (
        "witness.risk_read",
        _("A person read what is known of the danger to a witness, and which help was offered."),
    )
    RISKS_LISTED = (
        "witness.risks_listed",
        _("A person read how great the danger to the witnesses is, without the reasons."),
    )
    GROUP_RECORDED = (
        "case.group_recorded",
        _("It was recorded how many people at least were in a place at a time."),
    )
    SMALL_GROUP_ACKNOWLEDGED = (
        "witness.small_group_acknowledged",
        _("A person saved what may narrow a pseudonym to a small group, having been warned."),
    )

    # Dossiers
    EXHIBIT_NUMBERED = "dossier.exhibit_numbered", _("An exhibit was given its number in a case.")
    DOSSIER_REQUESTED = "dossier.requested", _("The compiling of a dossier was asked for.")
    DOSSIER_NARROWS = (
        "dossier.narrows",
        _("A dossier was asked for although it narrows pseudonyms to few people; a reason was given."),
    )
    DOSSIER_COMPILED = "dossier.compiled", _("A dossier was compiled; its contents are fixed by a digest.")
    DOSSIER_FAILED = "dossier.failed", _("A dossier could not be compiled; nothing was released.")
    CONSENT_MISSED = (
        "dossier.consent_missed",
        _("A dossier was refused, for the consent of witnesses does not cover its receiver or its use."),
    )
    CONSENT_LOOKED_AT = (
        "dossier.consent_looked_at",
        _("A person looked at which exhibits the consent of witnesses lets go to a receiver."),
    )
    EXHIBITS_LEFT_OUT = (
        "dossier.exhibits_left_out",
        _("Exhibits were left out of a dossier that the consent of witnesses does not cover."),
    )
    PACKAGE_READ = (
        "dossier.package_read",
        _("The texts of a dossier were gathered, so that names can be looked for before it leaves."),
    )
    PACKAGE_TEXTS_DROPPED = (
        "dossier.package_texts_dropped",
        _("The gathered texts of a dossier were given up, for an exhibit in it was disposed of."),
    )
    LEAK_CHECK_ASKED = (
        "dossier.leak_check_asked",
        _("A person asked that the names of witnesses be looked for in a dossier before it leaves."),
    )
    LEAK_CHECKED = (
        "dossier.leak_checked",
        _("The names of witnesses were looked for in a dossier; what was found is counted, never told."),
    )
    LEAK_ANSWERED = (
        "dossier.leak_answered",
        _("A person answered for what was found, or could not be looked into, before a dossier left."),
    )
    LEAK_SET_ASIDE = (
        "dossier.leak_set_aside",
        _(
            "A person set aside that something of a witness was found in a dossier; it takes two to release it."
        ),
    )
    LEAK_REFUSED = (
        "dossier.leak_refused",
        _("A dossier was refused, for names were not looked for in it, or were found."),
    )
    DOSSIER_DOWNLOADED = "dossier.downloaded", _("A person took a dossier out, by download or into a folder.")

    # The log itself
    CHECKPOINT_SIGNED = "log.checkpoint_signed", _("The state of the log at that moment was signed.")
    LOG_KEY_ROTATED = "log.key_rotated", _("The log was given new signing keys; the old key signed them.")
    LOG_PUBLISHED = "log.published", _("The log's hashes and its last checkpoint were published.")
    COSIGNATURE_ADDED = "log.cosignature_added", _("A witness's signature was added to a checkpoint.")
    LOG_WITNESSED = (
        "log.witnessed",
        _("As a witness, this house compared another log with what it saw before, and cosigned it."),
    )
    WITNESSING_REFUSED = (
        "log.witnessing_refused",
        _("As a witness, this house refused to cosign another log."),
    )
    LOG_VERIFIED = (
        "log.verified",
        _("A person had the whole log recomputed and compared with what was signed."),
    )
    LOG_STAMPED = (
        "log.stamped",
        _("An outside authority certified at what time a signed state of the log was in existence."),
    )
    STAMP_REFUSED = (
        "log.stamp_refused",
        _("A time-stamp that was offered for the log was false or unusable, and was not taken."),
    )
    LOG_EXPORTED = "log.exported", _("A person took out a copy of the whole log, to be checked elsewhere.")
    VALUES_ERASED = (
        "log.values_erased",
        _("Two people had private values erased; what the log holds of them can be resolved no more."),
    )
    LOG_VERIFICATION_ASKED = (
        "log.verification_asked",
        _("A person asked for the whole log to be recomputed and compared."),
    )
    LOG_PROOF_TAKEN = "log.proof_taken", _("A person downloaded one entry of the log with its proof.")
    LOG_REPORT_MADE = (
        "log.report_made",
        _("A person made a report of the log for a period and downloaded it."),
    )
    LOG_GUARDS_RESTORED = (
        "log.guards_restored",
        _("Guards of the database against change were missing and were put back."),
    )
    LOG_QUEUE_CLEANED = (
        "log.queue_cleaned",
        _("Rows that stood falsely in the queue of waiting entries were taken out of it."),
    )
    DATABASE_HARDENED = (
        "log.database_hardened",
        _("The account by which Dadkhah uses its database was given its rights anew, and no more."),
    )
