; The Windows installer. packaging/package_windows.py gives VERSION, NUMBERS, TREE, REMOVAL, OUT, ICON and SIZE (KB).
;
; For IT:  m360desk-VERSION-setup.exe /S [/ALLUSERS | /CURRENTUSER] [/DESKTOPICON=0|1] [/D=C:\Folder]
;          "…\uninstall.exe" /S [/PURGE]
; /S       no window. /ALLUSERS needs administrator's rights; without either, the rights decide.
; /D       must come last, and stands without quotation marks even with blanks in it.
; /PURGE   also removes the cache, settings and logs of the user who uninstalls. Without it they stay.
; Exit codes: 0 done, 1 cancelled, 2 failed, 3 the program runs and could not be closed.
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
SetCompressorDictSize 64
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS Win10
RequestExecutionLevel user
Name "M360 Desk"
OutFile "${OUT}"
BrandingText "M360 Desk ${VERSION} - unofficial, not made by the maker of M360"
VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "M360 Desk"
VIAddVersionKey FileDescription "M360 Desk setup"
VIAddVersionKey CompanyName "The M360 Desk authors"
VIAddVersionKey LegalCopyright "MIT licence"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\M360Desk"
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\m360desk-gui.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start M360 Desk"
!define MUI_COMPONENTSPAGE_NODESC

Var DesktopIcon

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A running window is asked to close, as by its own close button, and gets ten seconds for it.
!macro CloseProgram un
Function ${un}CloseProgram
  StrCpy $R0 0
  ${Do}
    ; A program that runs cannot be opened for writing.
    ClearErrors
    ${IfNot} ${FileExists} "$INSTDIR\m360desk-gui.exe"
      Return
    ${EndIf}
    FileOpen $R1 "$INSTDIR\m360desk-gui.exe" a
    ${IfNot} ${Errors}
      FileClose $R1
      ClearErrors
      FileOpen $R1 "$INSTDIR\m360desk.exe" a
      ${IfNot} ${Errors}
        FileClose $R1
        Return
      ${EndIf}
    ${EndIf}
    FindWindow $R2 "" "M360 Desk"
    ; The window's title says when nothing in it is real.
    ${If} $R2 = 0
      FindWindow $R2 "" "TESTING – M360 Desk"
    ${EndIf}
    ${If} $R2 = 0
      FindWindow $R2 "" "DEMO – M360 Desk"
    ${EndIf}
    ${If} $R2 <> 0
      SendMessage $R2 ${WM_CLOSE} 0 0 /TIMEOUT=2000
    ${EndIf}
    Sleep 250
    IntOp $R0 $R0 + 1
  ${LoopUntil} $R0 > 40
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "M360 Desk is running and could not be closed.$\r$\n$\r$\nClose its window (or stop a sync that runs without one), then choose Retry." /SD IDCANCEL IDRETRY again
  SetErrorLevel 3
  Quit
  again:
  Call ${un}CloseProgram
FunctionEnd
!macroend
!insertmacro CloseProgram ""
!insertmacro CloseProgram "un."

Function .onInit
  SetRegView 64
  StrCpy $DesktopIcon 0
  ${GetParameters} $R0
  UserInfo::GetAccountType
  Pop $R1
  ClearErrors
  ${GetOptions} $R0 "/CURRENTUSER" $R2
  ${IfNot} ${Errors}
    StrCpy $R1 "User"
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/ALLUSERS" $R2
  ${IfNot} ${Errors}
  ${AndIf} $R1 != "Admin"
    MessageBox MB_OK|MB_ICONSTOP "An installation for all users needs administrator's rights.$\r$\n$\r$\nStart this installer as administrator, or without /ALLUSERS." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  ${If} $R1 == "Admin"
    SetShellVarContext all
    StrCpy $R3 "$PROGRAMFILES64\M360 Desk"
  ${Else}
    SetShellVarContext current
    StrCpy $R3 "$LOCALAPPDATA\Programs\M360 Desk"
  ${EndIf}
  ReadRegStr $R4 SHCTX "${KEY}" "InstallLocation"
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR $R3
    ${If} $R4 != ""
      StrCpy $INSTDIR $R4
    ${EndIf}
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/DESKTOPICON=" $R2
  ${IfNot} ${Errors}
    StrCpy $DesktopIcon $R2
  ${EndIf}
FunctionEnd

Section "M360 Desk" SecProgram
  SectionIn RO
  Call CloseProgram
  ; What an earlier version brought and this one does not must not stay: its own uninstaller knows it.
  ${If} ${FileExists} "$INSTDIR\uninstall.exe"
    ExecWait '"$INSTDIR\uninstall.exe" /S /UPGRADE _?=$INSTDIR' $R0
    ${If} $R0 <> 0
      SetErrorLevel 2
      Abort "The earlier version could not be removed."
    ${EndIf}
  ${EndIf}
  SetOutPath "$INSTDIR"
  File /r "${TREE}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\M360 Desk.lnk" "$INSTDIR\m360desk-gui.exe"
  WriteRegStr SHCTX "${KEY}" "DisplayName" "M360 Desk"
  WriteRegStr SHCTX "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${KEY}" "Publisher" "The M360 Desk authors"
  WriteRegStr SHCTX "${KEY}" "DisplayIcon" "$INSTDIR\m360desk-gui.exe"
  WriteRegStr SHCTX "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${KEY}" "EstimatedSize" ${SIZE}
  WriteRegDWORD SHCTX "${KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${KEY}" "NoRepair" 1
  ${If} $DesktopIcon == 1
    CreateShortcut "$DESKTOP\M360 Desk.lnk" "$INSTDIR\m360desk-gui.exe"
  ${EndIf}
SectionEnd

Section /o "Icon on the desktop" SecDesktop
  CreateShortcut "$DESKTOP\M360 Desk.lnk" "$INSTDIR\m360desk-gui.exe"
SectionEnd

Function un.onInit
  SetRegView 64
  SetShellVarContext current
  ReadRegStr $R0 HKLM "${KEY}" "InstallLocation"
  ${If} $R0 == $INSTDIR
    SetShellVarContext all
  ${EndIf}
FunctionEnd

Section "Uninstall"
  Call un.CloseProgram
  ${GetParameters} $R0
  !include "${REMOVAL}"
  ClearErrors
  ${GetOptions} $R0 "/UPGRADE" $R1
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  Delete "$SMPROGRAMS\M360 Desk.lnk"
  Delete "$DESKTOP\M360 Desk.lnk"
  DeleteRegKey SHCTX "${KEY}"
  Delete "$INSTDIR\uninstall.exe"
  ; Only when it is empty: what people put there stays.
  RMDir "$INSTDIR"
  SetShellVarContext current
  ClearErrors
  ${GetOptions} $R0 "/PURGE" $R1
  ${IfNot} ${Errors}
    Goto purge
  ${EndIf}
  MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Remove your cache, settings and logs too?$\r$\n$\r$\nThe cache holds the account's history as it was read. With No, a later installation goes on where this one was.$\r$\n$\r$\nStored credentials stay in Windows Credential Manager, under the name M360 Desk, until you remove them there." /SD IDNO IDNO keep
  purge:
  RMDir /r "$LOCALAPPDATA\M360 Desk"
  keep:
SectionEnd
